output "usernames" {
  description = "The user of each desktop."
  value       = { for name, desktop in clouddesktop_desktop.team : name => desktop.username }
}

output "initial_passwords" {
  description = "The initial password of each user."
  value       = { for name, desktop in clouddesktop_desktop.team : name => desktop.password }
  sensitive   = true
}

output "desktop_uuids" {
  description = "The uuid of each desktop."
  value       = { for name, desktop in clouddesktop_desktop.team : name => desktop.desktop_uuid }
}
