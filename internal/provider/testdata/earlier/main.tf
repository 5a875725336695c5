resource "clouddesktop_desktop" "first" {
  user_group = "dev"
  os         = "win10"
  cpu        = 4
  memory_mib = 8192
  disk_gib   = 100

  timeouts {
    create = "45m"
  }
}

resource "clouddesktop_desktop" "second" {
  username           = clouddesktop_desktop.first.username
  os                 = "kylin"
  password_recipient = "age174kzplapcy9w563ype5dqp7mung4uz2mqh82nn3873ujdut5gq5s2u89n8"
  deletion_policy    = "revoke"
}

resource "clouddesktop_desktop_policy" "all" {
  usb_enable  = true
  data_access = false
}

resource "clouddesktop_user_password" "first" {
  username             = clouddesktop_desktop.first.username
  use_default_password = true
}
