# Runs against the simulator of this repository, which answers as the service
# does. Start it, and give its address to the provider:
#   go run ./internal/simulator/cmd/simulator -listen 127.0.0.1:8080 -callback-delay 100ms
#   CLOUDDESKTOP_ENDPOINT=http://127.0.0.1:8080 terraform test -filter=tests/simulator.tftest.hcl
# At the end Terraform destroys what it made: that leaves the desktops running,
# and says so in warnings.

provider "clouddesktop" {}

variables {
  user_group = "design"
  desktops   = { ada = "win10" }
}

run "orders_one_desktop" {
  assert {
    condition     = startswith(output.usernames.ada, "design_")
    error_message = "The user is not in the group."
  }
  assert {
    condition     = nonsensitive(output.initial_passwords.ada) != null
    error_message = "The service reported no initial password."
  }
}

# In a plan, the uuid of a desktop that would be ordered is null or unknown.
run "keeps_the_desktop_when_the_disk_grows" {
  command = plan

  variables {
    size = { disk_gib = 80 }
  }

  assert {
    condition     = output.desktop_uuids.ada != null
    error_message = "Another desktop would be ordered."
  }
}

run "grows_the_disk" {
  variables {
    size = { disk_gib = 80 }
  }

  assert {
    condition     = clouddesktop_desktop.team["ada"].disk_gib == 80
    error_message = "The disk did not grow."
  }
}
