# All desktops of the provider's user_groups, for "terraform query".
list "clouddesktop_desktop" "fleet" {
  provider = clouddesktop
  limit    = 10000
}
