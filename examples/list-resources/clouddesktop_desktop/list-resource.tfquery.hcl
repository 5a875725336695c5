# The desktops of dev_01, dev_02, and so on. To generate import blocks:
#   terraform query -generate-config-out=desktops.tf
list "clouddesktop_desktop" "dev" {
  provider = clouddesktop

  config {
    user_group = "dev"
  }
}
