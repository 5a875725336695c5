import {
  to = clouddesktop_desktop_policy.all
  id = "service"
}

# The service does not report its policy. The first apply sets these values.
resource "clouddesktop_desktop_policy" "all" {
  usb_enable  = true
  data_access = false
}
