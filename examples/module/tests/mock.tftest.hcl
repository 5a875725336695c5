# Needs no service: Terraform 1.7 or OpenTofu 1.8 makes up what the service would
# answer. Run: terraform test -filter=tests/mock.tftest.hcl

mock_provider "clouddesktop" {
  mock_resource "clouddesktop_desktop" {
    defaults = {
      username = "design_01"
      password = "made-up"
    }
  }
}

variables {
  user_group = "design"
  desktops   = { ada = "win10" }
}

run "orders_each_desktop_with_the_default_size" {
  command = plan

  assert {
    condition     = clouddesktop_desktop.team["ada"].cpu == 4 && clouddesktop_desktop.team["ada"].disk_gib == 50
    error_message = "The defaults of size are not used."
  }
}

run "reports_users_and_hides_passwords" {
  assert {
    condition     = output.usernames == { ada = "design_01" }
    error_message = "The output usernames does not name the user."
  }
  assert {
    condition     = issensitive(output.initial_passwords)
    error_message = "The output initial_passwords must be sensitive."
  }
}

run "refuses_a_name_in_upper_case" {
  command = plan

  variables {
    desktops = { Ada = "win10" }
  }

  expect_failures = [var.desktops]
}
