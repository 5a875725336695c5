# The state has the initial password in encrypted form only. To read it, you need
# the private key:
#   terraform output -raw initial_password | age --decrypt -i ops.key
resource "clouddesktop_desktop" "sealed" {
  user_group         = "finance"
  os                 = "win10"
  password_recipient = "age174kzplapcy9w563ype5dqp7mung4uz2mqh82nn3873ujdut5gq5s2u89n8"
}

output "initial_password" {
  value = clouddesktop_desktop.sealed.encrypted_password
}
