# A password of your choice, which is not stored. Requires Terraform 1.11 or
# OpenTofu 1.11.
variable "password" {
  type      = string
  ephemeral = true
}

resource "clouddesktop_desktop" "chosen" {
  user_group = "finance"
  os         = "win10"

  password_wo         = var.password
  password_wo_version = 1 # Increment to send the password again.
}
