# The next user of the group, who may have the desktop of the interrupted order.
data "clouddesktop_user_desktops" "newest" {
  username = "dev_02"
}

output "newest" {
  value = data.clouddesktop_user_desktops.newest.desktops
}
