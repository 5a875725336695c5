provider "clouddesktop" {
  # Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.
  tencentcloud {
    region = "ap-guangzhou"
  }
}
