// Package drift implements the subcommand drift. It reads output files of
// Terraform and the inbox. It reports changes, unmanaged desktops, open orders,
// and values that the service does not report. It does not run Terraform and
// sends no request to a service.
package drift
