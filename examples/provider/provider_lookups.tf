# The services that only look things up: sessions, login records, consoles.
provider "clouddesktop" {
  alias = "lookups"

  hpc = {
    endpoint = "https://hpc.example.com"
    token    = var.hpc_token
  }
  huaweicloud = { # Or the environment variables HW_*, as for the provider huaweicloud.
    region     = "cn-north-4"
    access_key = var.huaweicloud_key.id
    secret_key = var.huaweicloud_key.secret
  }
  openstack = { # Or the environment variables OS_*.
    auth_url                      = "https://keystone.example.com/v3"
    application_credential_id     = var.openstack_credential.id
    application_credential_secret = var.openstack_credential.secret
  }
  tencentcloud = { # The key is in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.
    region = "ap-guangzhou"
  }
}

variable "hpc_token" {
  type      = string
  sensitive = true
}

variable "huaweicloud_key" {
  type      = object({ id = string, secret = string })
  sensitive = true
}

variable "openstack_credential" {
  type      = object({ id = string, secret = string })
  sensitive = true
}
