# Sets a password of your choice. An ephemeral value is not stored in plan files.
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
