# Use the link in a provider block, a write-only argument, or an ephemeral output
# of a module. It is not stored anywhere.
ephemeral "clouddesktop_server_console_url" "build" {
  server_id = "9168b536-cd40-4630-b43f-b259807c6e87"
  cloud     = "huaweicloud"
}
