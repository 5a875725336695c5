# A desktop for a new user of the group dev: the service makes dev_01, or
# whichever number comes next.
resource "clouddesktop_desktop" "build" {
  user_group = "dev"
  os         = "win10"

  cpu        = 4
  memory_mib = 8192
  disk_gib   = 100
}

# A second desktop for the same user. Nobody gives it up by mistake.
resource "clouddesktop_desktop" "test" {
  username        = clouddesktop_desktop.build.username
  os              = "kylin"
  deletion_policy = "prevent"
}

# What the user logs in with: terraform output login
output "login" {
  value = {
    username = clouddesktop_desktop.build.username
    password = clouddesktop_desktop.build.password
  }
  sensitive = true
}
