provider "clouddesktop" {
  desktop {
    user_groups = ["design", "build"]
  }
}
