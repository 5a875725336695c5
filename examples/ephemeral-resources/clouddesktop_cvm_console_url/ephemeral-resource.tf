# Use the link in a provider block, a write-only argument, or an ephemeral output
# of a module. It is not stored anywhere.
ephemeral "clouddesktop_cvm_console_url" "build" {
  instance_id = "ins-3glfot72"
  region      = "ap-guangzhou"
}
