# The link is stored in the state. The guide on consoles shows how to avoid that.
data "clouddesktop_cvm_console_url" "build" {
  instance_id = "ins-3glfot72"

  # The provider waits for an instance that is starting.
  timeouts {
    read = "5m"
  }
}
