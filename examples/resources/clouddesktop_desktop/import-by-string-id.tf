import {
  to = clouddesktop_desktop.found
  id = "dev_01/9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f"
}

# You can omit attributes that the service does not report: the import orders and
# changes nothing.
resource "clouddesktop_desktop" "found" {
  username = "dev_01"
}
