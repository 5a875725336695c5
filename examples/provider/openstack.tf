provider "clouddesktop" {
  # Set OS_APPLICATION_CREDENTIAL_ID and OS_APPLICATION_CREDENTIAL_SECRET.
  openstack {
    auth_url = "https://keystone.example.com/v3"
    region   = "RegionOne"
  }
}
