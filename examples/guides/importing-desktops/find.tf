# The users whose desktops you want to import.
data "clouddesktop_user_desktops" "dev" {
  for_each = toset(["dev_01", "dev_02"])
  username = each.key
}

# Maps the uuid of each desktop to its user.
locals {
  desktops = merge([
    for username, found in data.clouddesktop_user_desktops.dev : {
      for desktop in found.desktops : desktop.desktop_uuid => username
    }
  ]...)
}
