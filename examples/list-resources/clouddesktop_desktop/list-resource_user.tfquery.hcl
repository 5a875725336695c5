# The desktops of one user, with all that the service tells about them.
list "clouddesktop_desktop" "ada" {
  provider         = clouddesktop
  include_resource = true

  config {
    username = "dev_01"
  }
}
