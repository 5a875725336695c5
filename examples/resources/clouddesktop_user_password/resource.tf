# A given password, which is never stored. Needs Terraform 1.11.
variable "password" {
  type      = string
  ephemeral = true
}

resource "clouddesktop_user_password" "ada" {
  username            = "dev_01"
  password_wo         = var.password
  password_wo_version = 1 # Increment it to send the password again.
}
