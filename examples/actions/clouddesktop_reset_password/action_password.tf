# A given password. Terraform stores no ephemeral value in a plan file.
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
