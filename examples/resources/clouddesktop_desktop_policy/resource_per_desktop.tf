# For deployments with one policy per desktop.
provider "clouddesktop" {
  desktop {
    policy_scope = "desktop"
  }
}

resource "clouddesktop_desktop" "lab" {
  user_group = "lab"
  os         = "win10"
}

# data_access is not set, so it keeps its value.
resource "clouddesktop_desktop_policy" "lab" {
  desktop_uuid = clouddesktop_desktop.lab.desktop_uuid
  usb_enable   = true
}
