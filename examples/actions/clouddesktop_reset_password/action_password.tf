# A password of your own. An ephemeral value is in no plan file.
variable "password" {
  type      = string
  ephemeral = true
}

action "clouddesktop_reset_password" "ada" {
  config {
    username = "dev_01"
    password = var.password
  }
}
