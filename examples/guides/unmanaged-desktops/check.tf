# The desktops of two groups, for a CLI without lists.
data "clouddesktop_user_desktops" "fleet" {
  for_each   = toset(["design", "build"])
  user_group = each.key
}

locals {
  managed = [for desktop in clouddesktop_desktop.team : desktop.desktop_uuid]
  unmanaged = [
    for desktop in flatten([for group in data.clouddesktop_user_desktops.fleet : group.desktops]) :
    "${desktop.username}/${desktop.desktop_uuid}" if !contains(local.managed, desktop.desktop_uuid)
  ]
}

check "every_desktop_is_managed" {
  assert {
    condition     = length(local.unmanaged) == 0
    error_message = "Nobody manages ${join(", ", local.unmanaged)}. Import them, or ask who ordered them."
  }
}

resource "clouddesktop_desktop" "team" {
  for_each   = toset(["design", "build"])
  user_group = each.key
  os         = "win10"
}
