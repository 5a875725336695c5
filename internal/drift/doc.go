// Package drift is the subcommand drift. It reads files that Terraform wrote,
// and the inbox, and reports what a team wants to know each morning: what
// changed, which desktops nobody manages, which orders are open, and what
// cannot be seen. It starts no Terraform and has no client of any service.
package drift
