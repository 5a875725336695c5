# The service's default password. To reset it once more:
#   terraform apply -replace=clouddesktop_user_password.guest
resource "clouddesktop_user_password" "guest" {
  username = "guest_01"
}

output "guest_password" {
  value     = clouddesktop_user_password.guest.password
  sensitive = true
}
