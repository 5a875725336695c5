# The user whose desktop may have been made in the meantime: the next number of
# the group.
data "clouddesktop_user_desktops" "newest" {
  username = "dev_02"
}

output "newest" {
  value = data.clouddesktop_user_desktops.newest.desktops
}
