import {
  to = clouddesktop_desktop.found
  identity = {
    username     = "dev_01"
    desktop_uuid = "9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f"
  }
}

resource "clouddesktop_desktop" "found" {
  username = "dev_01"
}
