# In a module, with an ephemeral output, for a provider block or a write-only
# argument of whoever calls it.
ephemeral "clouddesktop_server_console_url" "build" {
  server_id = "9168b536-cd40-4630-b43f-b259807c6e87"
  cloud     = "huaweicloud"
}
