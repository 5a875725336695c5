# In a module, with an ephemeral output, for a provider block or a write-only
# argument of whoever calls it.
ephemeral "clouddesktop_cvm_console_url" "build" {
  instance_id = "ins-3glfot72"
  region      = "ap-guangzhou"
}
