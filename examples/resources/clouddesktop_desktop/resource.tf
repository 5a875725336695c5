# A desktop for a new user of the group dev. The service creates the user dev_01,
# or the next free number.
resource "clouddesktop_desktop" "build" {
  user_group = "dev"
  os         = "win10"

  cpu        = 4
  memory_mib = 8192
  disk_gib   = 100
}

# A second desktop for the same user. A plan that destroys it fails.
resource "clouddesktop_desktop" "test" {
  username        = clouddesktop_desktop.build.username
  os              = "kylin"
  deletion_policy = "prevent"
}

# The initial credentials of the user: terraform output login
output "login" {
  value = {
    username = clouddesktop_desktop.build.username
    password = clouddesktop_desktop.build.password
  }
  sensitive = true
}
