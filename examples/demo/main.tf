# What `make demo` runs. The endpoint is in CLOUDDESKTOP_ENDPOINT.

terraform {
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
}

provider "clouddesktop" {}

variable "disk_gib" {
  description = "The data disk of the designer, in GiB."
  type        = number
  default     = 50
}

variable "found" {
  description = "A desktop that exists already, as USERNAME/DESKTOP_UUID."
  type        = string
  default     = null
}

# Two desktops for two new users of the group dev.
resource "clouddesktop_desktop" "developer" {
  count      = 2
  user_group = "dev"
  os         = "win10"
}

# One desktop with sizes of its own.
resource "clouddesktop_desktop" "designer" {
  user_group = "design"
  os         = "kylin"
  cpu        = 4
  memory_mib = 8192
  disk_gib   = var.disk_gib
}

# What desktops may do with USB devices and data.
resource "clouddesktop_desktop_policy" "service" {
  usb_enable  = true
  data_access = false
}

# The designer's password is the service's default one.
resource "clouddesktop_user_password" "designer" {
  username             = clouddesktop_desktop.designer.username
  use_default_password = true
}

# A desktop that somebody ordered by other means.
resource "clouddesktop_desktop" "found" {
  for_each = toset(var.found[*])
  username = split("/", each.key)[0]
}

import {
  for_each = toset(var.found[*])
  to       = clouddesktop_desktop.found[each.key]
  id       = each.key
}
