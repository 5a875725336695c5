import {
  to = clouddesktop_desktop_policy.all
  identity = {
    scope = "service"
  }
}

resource "clouddesktop_desktop_policy" "all" {
  usb_enable  = true
  data_access = false
}
