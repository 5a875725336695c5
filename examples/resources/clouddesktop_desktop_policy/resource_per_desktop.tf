# Where the deployment takes a desktop with a policy.
provider "clouddesktop" {
  desktop {
    policy_scope = "desktop"
  }
}

resource "clouddesktop_desktop" "lab" {
  user_group = "lab"
  os         = "win10"
}

# Data transfer is left as it is: it is not mentioned.
resource "clouddesktop_desktop_policy" "lab" {
  desktop_uuid = clouddesktop_desktop.lab.desktop_uuid
  usb_enable   = true
}
