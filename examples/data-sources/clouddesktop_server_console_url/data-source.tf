# The link is stored in the state. The guide on consoles shows how to avoid that.
data "clouddesktop_server_console_url" "build" {
  server_id = "9168b536-cd40-4630-b43f-b259807c6e87"
  cloud     = "openstack"

  # The provider waits for a server that is not ready yet.
  timeouts {
    read = "5m"
  }
}
