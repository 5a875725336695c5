provider "clouddesktop" {
  # Set HW_ACCESS_KEY and HW_SECRET_KEY.
  huaweicloud {
    region     = "cn-north-4"
    project_id = "0e69423d4400f4a82f67c0059a1e4cc8"
  }
}
