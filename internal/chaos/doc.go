// Package chaos kills Terraform and the provider while desktops are ordered, and
// checks that the next applies leave neither a lost nor a second order. All of
// it are tests; "make chaos" runs the long form.
package chaos
