# To see the link, and leave it nowhere:
#   echo 'nonsensitive(data.clouddesktop_cvm_console_url.build.url)' | terraform console -plan
data "clouddesktop_cvm_console_url" "build" {
  instance_id = "ins-3glfot72"

  # An instance that is starting is waited for.
  timeouts {
    read = "5m"
  }
}
