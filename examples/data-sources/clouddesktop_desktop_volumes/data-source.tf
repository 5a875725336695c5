data "clouddesktop_desktop_volumes" "build" {
  desktop_uuid = "9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f"
}

output "gib_by_volume" {
  value = { for v in data.clouddesktop_desktop_volumes.build.volumes : v.volume_name => v.size_bytes / pow(1024, 3) }
}
