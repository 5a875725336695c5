// Package drift implements the subcommand drift. It reads output files of
// Terraform and the inbox, and reports what has changed, which desktops are not
// managed, which orders are open, and which values the service does not report.
// It does not run Terraform and sends no request to a service.
package drift
