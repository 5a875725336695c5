terraform {
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
}

provider "clouddesktop" {
  # The header that the service wants is in CLOUDDESKTOP_AUTHORIZATION, such as
  # "Bearer …".
  desktop {
    endpoint = "https://desktop.example.com"
  }

  # Where the service reports the end of an order: to this machine, as the
  # service reaches it.
  callback {
    listen = "0.0.0.0:8700"
    url    = "http://runner.example.com:8700"
  }
}
