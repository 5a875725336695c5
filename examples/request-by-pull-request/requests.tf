locals {
  # What a request may ask for.
  user_groups       = ["design", "build"]
  operating_systems = ["win10", "kylin"]
  limits = {
    cpu        = { min = 2, max = 16 }
    memory_mib = { min = 4096, max = 65536 }
    disk_gib   = { min = 20, max = 500 }
  }
  fields = ["requester", "user_group", "os", "cpu", "memory_mib", "disk_gib", "ssh_public_key", "approval"]

  # A file that is not YAML becomes an empty request, which lacks every field.
  requests = {
    for file in fileset("${path.module}/requests", "*.yaml") :
    trimsuffix(file, ".yaml") => try({ for k, v in yamldecode(file("${path.module}/requests/${file}")) : k => v }, {})
  }

  # Sentences for the requester. Terraform shows them in the plan.
  problems = {
    for name, request in local.requests : name => concat(
      [for field in setsubtract(local.fields, keys(request)) : "The field ${field} is missing."],
      [for field in setsubtract(keys(request), local.fields) : "The field ${field} does not exist; the fields are ${join(", ", local.fields)}."],
      compact([
        can(regex("^[^@ ]+@[^@ ]+$", try(request.requester, "a@b"))) ? "" : "requester must be your mail address.",
        contains(local.user_groups, try(request.user_group, local.user_groups[0])) ? "" : "user_group must be one of ${join(", ", local.user_groups)}.",
        can(request.user_group) && !startswith(name, "${try(request.user_group, "")}-") ? "The name of the file must begin with the group and a hyphen, such as ${request.user_group}-ada.yaml, so that the right people approve it." : "",
        contains(local.operating_systems, try(request.os, local.operating_systems[0])) ? "" : "os must be one of ${join(", ", local.operating_systems)}.",
        can(regex("PRIVATE KEY", try(request.ssh_public_key, ""))) ? "ssh_public_key contains a private key. Everyone can read it now: make a new key with ssh-keygen, and write the line of its .pub file." :
        can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( .*)?$", trimspace(try(request.ssh_public_key, "ssh-rsa A")))) ? "" : "ssh_public_key must be the line of your .pub file, which begins with ssh-ed25519 or ssh-rsa.",
        can(regex("^CHG-[0-9]+$", try(request.approval, "CHG-1"))) ? "" : "approval must be the number of the approved change, such as CHG-10452.",
      ]),
      [
        for field, limit in local.limits :
        "${field} must be a whole number from ${limit.min} to ${limit.max}."
        if contains(keys(request), field) && !try(request[field] >= limit.min && request[field] <= limit.max && floor(request[field]) == request[field], false)
      ],
    )
  }
}
