package desktop_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// emptyList is the answer of a list that does not contain a new desktop yet.
func emptyList() desktoptest.Fault {
	return desktoptest.Answer(200, "application/json", `{"data":[],"message":"","status":0}`)
}

func TestDesktop_listedAfterTheOrder(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]desktoptest.Fault{
		"empty lists":  emptyList(),
		"unknown user": desktoptest.Refuse(`there is no user "dev_01"`),
		"failures":     desktoptest.Unavailable(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			server.Fail(desktoptest.UserDesktops, 8, fault)
			config := providerFor(t, server) + desktopWith("")
			steps.Run(t, resource.TestStep{
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{hasValue("desktop_name", knownvalue.NotNull())},
			}, resource.TestStep{
				Config:           config,
				ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
			})
			if n := len(server.Requests(desktoptest.Apply)); n != 1 {
				t.Errorf("%d orders were sent, want 1", n)
			}
		})
	}
}

// A desktop that has not been listed yet stays in the state. It is removed only
// if it was listed before.
func TestDesktop_neverListed(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.Fail(desktoptest.UserDesktops, -1, emptyList())
	config := providerFor(t, server) + desktopWith(`timeouts { create = "1s" }`)
	steps.Run(t, resource.TestStep{
		Config:            config,
		ConfigStateChecks: []statecheck.StateCheck{hasValue("desktop_name", knownvalue.Null())},
	}, resource.TestStep{
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
	}, resource.TestStep{
		PreConfig:         server.ClearFaults,
		Config:            config,
		ConfigPlanChecks:  plans(plancheck.ResourceActionNoop),
		ConfigStateChecks: []statecheck.StateCheck{hasValue("desktop_name", knownvalue.NotNull())},
	}, resource.TestStep{
		PreConfig:          func() { server.RemoveDesktop(server.Desktops()[0].UUID) },
		Config:             config,
		PlanOnly:           true,
		ExpectNonEmptyPlan: true,
		ConfigPlanChecks:   resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)}},
	})
	if n := len(server.Requests(desktoptest.Apply)); n != 1 {
		t.Errorf("%d orders were sent, want 1", n)
	}
}

func TestDesktopCLI_removedUser(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	c := cli(t, server, desktopWith(""))
	c.MustRun("apply", "-auto-approve")
	uuid := server.Desktops()[0].UUID
	server.RemoveUser("dev_01")
	r := c.Run("plan")
	for _, text := range []string{
		"Desktop " + uuid + " of user dev_01 cannot be read. there is no user", "with clouddesktop_desktop.test", "terraform state rm ADDRESS",
	} {
		if r.Code != 1 || !r.Printed(text) {
			t.Errorf("exit code %d; the plan does not say %q:\n%s%s", r.Code, text, r.Stdout, r.Stderr)
		}
	}
	c.MustRun("state", "rm", address)
	c.MustRun("plan")
}

func TestDesktopCLI_userOutsideTheGroup(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	server.Callback(desktoptest.Apply, 1, desktoptest.ForUser("ops_07"))
	c := cli(t, server, desktopWith(""))
	r := c.MustRun("apply", "-auto-approve")
	if !r.Printed(`The desktop was ordered for group "dev", but the service made desktop ` + server.Desktops()[0].UUID + ` for user "ops_07"`) {
		t.Errorf("the apply does not name the user:\n%s", r.Stdout)
	}
	c.MustRun("plan", "-detailed-exitcode")
}

func TestDesktopCLI_oneDesktopAtTwoAddresses(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	uuid := server.AddDesktop("alice", "macos")
	c := cli(t, server, `
resource "clouddesktop_desktop" "one" {
  username = "alice"
}
resource "clouddesktop_desktop" "two" {
  username = "alice"
}
`)
	c.MustRun("import", "clouddesktop_desktop.one", "alice/"+uuid)
	c.MustRun("plan", "-target=clouddesktop_desktop.one", "-detailed-exitcode")
	c.MustRun("import", "clouddesktop_desktop.two", "alice/"+uuid)
	if r := c.Run("plan"); r.Code != 1 || !r.Printed("The state has desktop "+uuid+" of user alice at two addresses.") {
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	c.MustRun("state", "rm", "clouddesktop_desktop.two")
	c.MustRun("plan", "-target=clouddesktop_desktop.one", "-detailed-exitcode")
	c.MustRun("destroy", "-auto-approve", "-target=clouddesktop_desktop.one")
}

// Two import blocks for one desktop are refused at plan time, before the state
// has it at all.
func TestDesktopCLI_oneDesktopInTwoImportBlocks(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	uuid := server.AddDesktop("alice", "macos")
	block := func(name string) string {
		return fmt.Sprintf("resource \"clouddesktop_desktop\" %[1]q {\n  username = \"alice\"\n}\nimport {\n  to = clouddesktop_desktop.%[1]s\n  id = \"alice/%[2]s\"\n}\n", name, uuid)
	}
	c := cli(t, server, block("one")+block("two"))
	if r := c.Run("plan"); r.Code != 1 || !r.Printed("desktop "+uuid+" of user alice at two addresses.") {
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	c = cli(t, server, block("one"))
	c.MustRun("apply", "-auto-approve")
	c.MustRun("plan", "-detailed-exitcode")
}

func TestDesktopCLI_diskThatGrewAfterThePlan(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	c := cli(t, server, "variable \"size\" {}\n"+desktopWith("disk_gib = var.size"))
	c.MustRun("apply", "-auto-approve", "-var=size=20")
	c.MustRun("plan", "-out=plan", "-var=size=40")
	server.SetVolumes(server.Desktops()[0].UUID, 80*gib)
	server.ResetRequests()
	if r := c.Run("apply", "plan"); r.Code != 1 || !r.Printed("The disk has 80 GiB now and can only grow. Write disk_gib = 80 or more.") {
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if n := len(server.Requests(desktoptest.ResourceUpdate)); n != 0 {
		t.Errorf("%d sizes were sent", n)
	}
	c.MustRun("apply", "-auto-approve", "-var=size=80")
	c.MustRun("plan", "-detailed-exitcode", "-var=size=80")
}

func TestDesktop_unknownPasswordVersionAndRecipient(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	const key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	later := func(trigger, value, attributes string) string {
		return "resource \"terraform_data\" \"later\" {\n input = " + value + "\n triggers_replace = " + trigger + "\n}\n" + desktopWith(attributes)
	}
	const version = "password_wo = \"One-of-dev1\"\n password_wo_version = terraform_data.later.output"
	for name, test := range map[string]struct{ value, attributes string }{
		"version":      {"2", version},
		"recipient":    {`"` + key + `"`, "password_recipient = terraform_data.later.output"},
		"no recipient": {"null", "password_recipient = terraform_data.later.output"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			config := providerFor(t, server)
			steps.Run(t, resource.TestStep{
				Config: config + desktopWith(""),
			}, resource.TestStep{
				Config: config + later("1", test.value, test.attributes),
			}, resource.TestStep{
				// The same values, unknown in the plan.
				Config: config + later("2", test.value, test.attributes),
			})
			if n := len(server.Requests(desktoptest.Apply)); n != 1 {
				t.Errorf("%d orders were sent, want 1", n)
			}
		})
	}
}
