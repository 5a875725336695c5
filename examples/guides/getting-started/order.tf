resource "clouddesktop_desktop" "build" {
  user_group = "dev"
  os         = "win10"
  cpu        = 4
  memory_mib = 8192
}

output "login" {
  value = {
    username = clouddesktop_desktop.build.username
    password = clouddesktop_desktop.build.password
  }
  sensitive = true
}
