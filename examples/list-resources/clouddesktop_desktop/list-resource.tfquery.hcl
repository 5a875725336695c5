# The desktops of dev_01, dev_02, and so on. To write import blocks for them:
#   terraform query -generate-config-out=desktops.tf
list "clouddesktop_desktop" "dev" {
  provider = clouddesktop

  config {
    user_group = "dev"
  }
}
