terraform {
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
}

provider "clouddesktop" {
  # Set CLOUDDESKTOP_AUTHORIZATION to the Authorization header, such as "Bearer …".
  desktop {
    endpoint = "https://desktop.example.com"
  }

  # The service reports the result of an order to url. A load balancer with TLS
  # forwards the request to listen, on the machine that runs Terraform.
  callback {
    listen = "0.0.0.0:8700"
    url    = "https://callbacks.example.com"
  }
}
