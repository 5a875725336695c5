# The configuration of `make demo`, which sets CLOUDDESKTOP_ENDPOINT.

terraform {
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
}

provider "clouddesktop" {}

variable "disk_gib" {
  description = "The size of the designer's data disk in GiB."
  type        = number
  default     = 50
}

variable "found" {
  description = "An existing desktop, as USERNAME/DESKTOP_UUID."
  type        = string
  default     = null
}

# Two desktops, each for a new user of the group dev.
resource "clouddesktop_desktop" "developer" {
  count      = 2
  user_group = "dev"
  os         = "win10"
}

# One desktop with configured sizes.
resource "clouddesktop_desktop" "designer" {
  user_group = "design"
  os         = "kylin"
  cpu        = 4
  memory_mib = 8192
  disk_gib   = var.disk_gib
}

# USB redirection and data transfer of all desktops.
resource "clouddesktop_desktop_policy" "service" {
  usb_enable  = true
  data_access = false
}

# Sets the designer's password to the default password of the service.
resource "clouddesktop_user_password" "designer" {
  username             = clouddesktop_desktop.designer.username
  use_default_password = true
}

# A desktop created outside Terraform.
resource "clouddesktop_desktop" "found" {
  for_each = toset(var.found[*])
  username = split("/", each.key)[0]
}

import {
  for_each = toset(var.found[*])
  to       = clouddesktop_desktop.found[each.key]
  id       = each.key
}
