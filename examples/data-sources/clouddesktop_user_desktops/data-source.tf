data "clouddesktop_user_desktops" "ada" {
  username = "dev_01"
}

# Maps the uuid of each desktop to its name.
output "desktops_of_ada" {
  value = { for d in data.clouddesktop_user_desktops.ada.desktops : d.desktop_uuid => d.desktop_name }
}
