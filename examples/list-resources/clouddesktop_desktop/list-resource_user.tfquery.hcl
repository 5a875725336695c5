# The desktops of one user, with all attributes that the service reports.
list "clouddesktop_desktop" "ada" {
  provider         = clouddesktop
  include_resource = true

  config {
    username = "dev_01"
  }
}
