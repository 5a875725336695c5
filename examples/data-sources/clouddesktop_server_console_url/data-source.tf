# To see the link, and leave it nowhere:
#   echo 'nonsensitive(data.clouddesktop_server_console_url.build.url)' | terraform console -plan
data "clouddesktop_server_console_url" "build" {
  server_id = "9168b536-cd40-4630-b43f-b259807c6e87"
  cloud     = "openstack"

  # A server that is not ready is waited for.
  timeouts {
    read = "5m"
  }
}
