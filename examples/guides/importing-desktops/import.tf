import {
  for_each = local.desktops
  to       = clouddesktop_desktop.dev[each.key]
  id       = "${each.value}/${each.key}"
}

resource "clouddesktop_desktop" "dev" {
  for_each = local.desktops
  username = each.value
}
