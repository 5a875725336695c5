# On demand:
#   terraform apply -invoke=action.clouddesktop_reset_password.guest
action "clouddesktop_reset_password" "guest" {
  config {
    username = "guest_01" # Without a password: the service's default one.
  }
}

# Whenever something changes, here the guest.
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
