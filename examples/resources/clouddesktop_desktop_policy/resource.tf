# USB devices work on every desktop, and no data leaves them.
resource "clouddesktop_desktop_policy" "all" {
  usb_enable  = true
  data_access = false
}
