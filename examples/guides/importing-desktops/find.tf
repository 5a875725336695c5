# The users whose desktops are to be imported.
data "clouddesktop_user_desktops" "dev" {
  for_each = toset(["dev_01", "dev_02"])
  username = each.key
}

# Their desktops, and who has each.
locals {
  desktops = merge([
    for username, found in data.clouddesktop_user_desktops.dev : {
      for desktop in found.desktops : desktop.desktop_uuid => username
    }
  ]...)
}
