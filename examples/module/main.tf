terraform {
  required_version = ">= 1.8"
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
}

# Desktops of one team, all of the same size.
resource "clouddesktop_desktop" "team" {
  for_each = var.desktops

  user_group = var.user_group
  os         = each.value
  cpu        = var.size.cpu
  memory_mib = var.size.memory_mib
  disk_gib   = var.size.disk_gib
}
