package main

import "fmt"

const required = `terraform {
  required_providers {
    clouddesktop = { source = "registry.terraform.io/clouddesktop/clouddesktop" }
  }
}
`

// configuration returns n desktops, evenly distributed over the users.
func configuration(n, users int) string {
	return fmt.Sprintf(`resource "clouddesktop_desktop" "this" {
  count    = %d
  username = "%s${count.index %% %d}"
  os       = "win10"
}
`, n, userPrefix, users)
}

// groups returns n desktops, each for a new user.
func groups(n int) string {
	return fmt.Sprintf(`resource "clouddesktop_desktop" "this" {
  count      = %d
  user_group = "group${count.index}"
  os         = "win10"
}
`, n)
}
