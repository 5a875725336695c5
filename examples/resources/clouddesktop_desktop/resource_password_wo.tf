# The password is yours, and stored nowhere. Needs Terraform 1.11.
variable "password" {
  type      = string
  ephemeral = true
}

resource "clouddesktop_desktop" "chosen" {
  user_group = "finance"
  os         = "win10"

  password_wo         = var.password
  password_wo_version = 1 # Another number sends the password again.
}
