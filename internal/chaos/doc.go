// Package chaos contains tests that kill Terraform and the provider while
// desktops are ordered. They check that after the next applies no order is lost
// and no desktop is ordered twice. "make chaos" runs the long form.
package chaos
