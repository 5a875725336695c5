terraform {
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
  # The runner needs the state of the last apply: add its backend here.
}

# CLOUDDESKTOP_ENDPOINT and CLOUDDESKTOP_AUTHORIZATION configure the rest.
provider "clouddesktop" {
  desktop {
    user_groups = ["design", "build"]
  }
}

resource "clouddesktop_desktop" "team" {
  for_each   = { design = 50, build = 200 }
  user_group = each.key
  os         = "win10"
  cpu        = 4
  disk_gib   = each.value
}

resource "clouddesktop_desktop_policy" "all" {
  usb_enable = true
}
