terraform {
  required_version = ">= 1.8"
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
  # Add the backend here. Two pipelines share the state: they need its lock.
}

# CLOUDDESKTOP_ENDPOINT and CLOUDDESKTOP_AUTHORIZATION configure the service.
provider "clouddesktop" {
  desktop {
    user_groups = ["design", "build"]
  }
  callback {
    listen = var.listen
    url    = var.callback_url
    inbox  = var.inbox
    scope  = var.inbox == null ? null : "desktop-requests" # Other states in this inbox need another one.
  }
}

# One desktop for each file in requests/.
resource "clouddesktop_desktop" "requested" {
  for_each = local.requests

  user_group = each.value.user_group
  os         = each.value.os
  cpu        = each.value.cpu
  memory_mib = each.value.memory_mib
  disk_gib   = each.value.disk_gib

  # The initial password is stored only in this form: encrypted to the requester's key.
  password_recipient = each.value.ssh_public_key

  # Deleting the request file resets the user's password to a random one. The
  # service cannot delete the desktop: its operators do that.
  deletion_policy = "revoke"

  lifecycle {
    precondition {
      condition     = length(local.problems[each.key]) == 0
      error_message = "requests/${each.key}.yaml: ${join(" ", local.problems[each.key])}"
    }
  }
}

output "desktops" {
  description = "What was ordered for each request."
  value = {
    for name, desktop in clouddesktop_desktop.requested : name => {
      requester          = local.requests[name].requester
      approval           = local.requests[name].approval
      username           = desktop.username
      encrypted_password = desktop.encrypted_password
    }
  }
}
