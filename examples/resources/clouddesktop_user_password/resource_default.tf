# The service's default password. To set it again:
#   terraform apply -replace=clouddesktop_user_password.guest
resource "clouddesktop_user_password" "guest" {
  username             = "guest_01"
  use_default_password = true
}

output "guest_password" {
  value     = clouddesktop_user_password.guest.password
  sensitive = true
}
