package desktop_test

import "testing"

// Repeated refreshes report no drift. This is tested, because Terraform
// compares more than a plan shows.
func TestCLI_noDrift(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	c := cli(t, server, `
resource "clouddesktop_desktop" "all" {
  user_group      = "dev"
  os              = "win10"
  cpu             = 4
  memory_mib      = 8192
  disk_gib        = 50
  deletion_policy = "abandon"
  timeouts { create = "10m" }
}
resource "clouddesktop_desktop" "little" {
  user_group = "ops"
  os         = "kylin"
}
resource "clouddesktop_desktop_policy" "test" {
  usb_enable  = true
  data_access = false
}
resource "clouddesktop_user_password" "test" {
  username             = clouddesktop_desktop.little.username
  use_default_password = true
}
`)
	c.MustRun("apply", "-auto-approve")
	for range 5 {
		c.MustRun("plan", "-refresh-only", "-detailed-exitcode")
	}
}
