# All sessions of one user.
data "clouddesktop_vnc_sessions" "ada" {
  user = "ada"
}

# The number of sessions on each node.
data "clouddesktop_vnc_sessions" "all" {}

output "sessions_by_node" {
  value = {
    for node, names in { for s in data.clouddesktop_vnc_sessions.all.sessions : s.hostname => s.name... } : node => length(names)
  }
}

output "screens_of_ada" {
  value = [for s in data.clouddesktop_vnc_sessions.ada.sessions : "${s.name}: ${s.width}x${s.height}"]
}
