list "clouddesktop_desktop" "dev" {
  provider         = clouddesktop
  include_resource = true
  limit            = 1000

  config {
    user_group = "dev"
  }
}
