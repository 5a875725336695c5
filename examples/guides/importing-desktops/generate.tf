output "import_blocks" {
  value = join("\n", [
    for desktop_uuid, username in local.desktops : <<-EOT
      import {
        to = clouddesktop_desktop.desktop_${replace(desktop_uuid, "-", "_")}
        id = ${jsonencode("${username}/${desktop_uuid}")}
      }
    EOT
  ])
}
