package desktop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestDesktop_orderResizeAndGrow(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith("cpu = 4\n memory_mib = 8192\n disk_gib = 50"),
		ConfigStateChecks: []statecheck.StateCheck{
			hasValue("username", knownvalue.StringExact("dev_01")),
			hasValue("desktop_name", knownvalue.NotNull()),
			hasValue("encrypted_password", knownvalue.Null()),
			statecheck.ExpectSensitiveValue(address, tfjsonpath.New("password")),
		},
		Check: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.Apply, `os="win10" username="dev"`),
			sent(server, desktoptest.ResourceUpdate, `cpu=4 disk=53687091200 memory=8589934592`),
			func(state *terraform.State) error {
				return resource.TestCheckResourceAttr(address, "password", server.Password("dev_01"))(state)
			},
		),
	}, resource.TestStep{
		Config:           config + desktopWith("cpu = 4\n memory_mib = 8192\n disk_gib = 80"),
		ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
		Check:            sent(server, desktoptest.ResourceUpdate, `cpu=4 disk=53687091200 memory=8589934592`, `disk=85899345920`),
	}, resource.TestStep{
		// Removing a value from the configuration changes nothing.
		Config: config + desktopWith("disk_gib = 80"),
		Check:  sent(server, desktoptest.ResourceUpdate, `cpu=4 disk=53687091200 memory=8589934592`, `disk=85899345920`),
	})
}

func TestDesktop_terraformSettingsSendNoRequest(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith(""),
	}, resource.TestStep{
		Config:           config + desktopWith("deletion_policy = \"revoke\"\n timeouts { create = \"5m\" }"),
		ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
		Check: func(*terraform.State) error {
			if n := len(server.Requests(desktoptest.ResourceUpdate, desktoptest.PasswordReset)); n != 0 {
				return fmt.Errorf("%d requests were sent for settings that only Terraform has", n)
			}
			return nil
		},
	})
}

func TestDesktop_replacement(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith(""),
	}, resource.TestStep{
		Config:            config + strings.ReplaceAll(desktopWith(""), "win10", "kylin"),
		ConfigPlanChecks:  plans(plancheck.ResourceActionDestroyBeforeCreate),
		ConfigStateChecks: []statecheck.StateCheck{hasValue("username", knownvalue.StringExact("dev_02"))},
	}, resource.TestStep{
		Config:            config + strings.ReplaceAll(desktopWith(""), `"dev"`, `"ops"`),
		ConfigPlanChecks:  plans(plancheck.ResourceActionDestroyBeforeCreate),
		ConfigStateChecks: []statecheck.StateCheck{hasValue("username", knownvalue.StringExact("ops_01"))},
	}, resource.TestStep{
		// Writing username instead of user_group does not replace the desktop.
		Config:           config + strings.ReplaceAll(desktopWith(""), `user_group = "dev"`, `username = "ops_01"`),
		ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
	}, resource.TestStep{
		Config:            config + strings.ReplaceAll(desktopWith(""), `user_group = "dev"`, `username = "dev_01"`),
		ConfigPlanChecks:  plans(plancheck.ResourceActionDestroyBeforeCreate),
		ConfigStateChecks: []statecheck.StateCheck{hasValue("username", knownvalue.StringExact("dev_01"))},
	})
}

func TestDesktop_forExistingUser(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithoutKnownPassword())
	server.AddUser("alice")
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server) + strings.ReplaceAll(desktopWith(""), `user_group = "dev"`, `username = "alice"`),
		ConfigStateChecks: []statecheck.StateCheck{
			hasValue("username", knownvalue.StringExact("alice")),
			hasValue("user_group", knownvalue.Null()),
			hasValue("password", knownvalue.Null()),
		},
	})
}

func TestDesktop_removedOutOfBand(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server) + desktopWith("")
	steps.Run(t, resource.TestStep{
		Config: config,
	}, resource.TestStep{
		PreConfig:        func() { server.RemoveDesktop(server.Desktops()[0].UUID) },
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionCreate),
	})
}

func TestDesktop_diskDrift(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithSizesAsText())
	config := providerFor(t, server) + desktopWith("disk_gib = 50")
	set := func(sizes ...int64) func() {
		return func() { server.SetVolumes(server.Desktops()[0].UUID, sizes...) }
	}
	steps.Run(t, resource.TestStep{
		Config: config,
	}, resource.TestStep{
		PreConfig:        set(20*gib, 50*gib, 90*gib),
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
	}, resource.TestStep{
		PreConfig:        set(20*gib, 40*gib),
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
	}, resource.TestStep{
		PreConfig:        set(),
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
	})
}

func TestDesktop_concurrentOrders(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server) + `
resource "clouddesktop_desktop" "test" {
  count      = 30
  user_group = "dev"
  os         = "win7"
}`,
		Check: func(state *terraform.State) error {
			seen := map[string]bool{}
			for name, r := range state.RootModule().Resources {
				attributes := r.Primary.Attributes
				user, uuid, password := attributes["username"], attributes["desktop_uuid"], attributes["password"]
				if d, ok := server.Desktop(uuid); !ok || d.User != user || server.Password(user) != password {
					return fmt.Errorf("%s has the uuid, user and password of different desktops", name)
				}
				for _, value := range []string{user, uuid, password} {
					if seen[value] {
						return fmt.Errorf("%s shares a value with another desktop", name)
					}
					seen[value] = true
				}
			}
			return nil
		},
	})
}
