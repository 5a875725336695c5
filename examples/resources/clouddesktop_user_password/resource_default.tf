# The default password of the service. To reset it again:
#   terraform apply -replace=clouddesktop_user_password.guest
resource "clouddesktop_user_password" "guest" {
  username             = "guest_01"
  use_default_password = true
}

output "guest_password" {
  value     = clouddesktop_user_password.guest.password
  sensitive = true
}
