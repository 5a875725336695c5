# On every desktop USB devices work and data transfer is blocked.
resource "clouddesktop_desktop_policy" "all" {
  usb_enable  = true
  data_access = false
}
