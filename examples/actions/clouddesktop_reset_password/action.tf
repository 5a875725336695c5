# On demand:
#   terraform apply -invoke=action.clouddesktop_reset_password.guest
action "clouddesktop_reset_password" "guest" {
  config {
    username             = "guest_01"
    use_default_password = true # The service's default password.
  }
}

# Runs the action whenever the guest changes.
variable "guest" {
  type = string
}

resource "terraform_data" "guest" {
  input = var.guest

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.clouddesktop_reset_password.guest]
    }
  }
}
