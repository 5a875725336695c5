# The state holds the first password only encrypted. Whoever has the private key
# reads it:
#   terraform output -raw first_password | age --decrypt -i ops.key
resource "clouddesktop_desktop" "sealed" {
  user_group         = "finance"
  os                 = "win10"
  password_recipient = "age174kzplapcy9w563ype5dqp7mung4uz2mqh82nn3873ujdut5gq5s2u89n8"
}

output "first_password" {
  value = clouddesktop_desktop.sealed.encrypted_password
}
