provider "clouddesktop" {
  # Set CLOUDDESKTOP_HPC_TOKEN.
  hpc {
    endpoint = "https://hpc.example.com:65106"
  }
}
