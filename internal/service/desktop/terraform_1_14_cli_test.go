package desktop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// A query finds the desktops of a group, and the configuration that it
// generates imports them.
func TestDesktopListCLI_queryThenImport(t *testing.T) {
	acctest.RequireTerraform(t, 14)
	t.Parallel()
	server := startWithToken(t)
	for n := range 3 {
		server.AddDesktop(fmt.Sprintf("qa_%02d", n+1), "kylin")
	}
	c := cli(t, server, "")
	c.Write("qa.tfquery.hcl", `
list "clouddesktop_desktop" "qa" {
  provider = clouddesktop
  config {
    user_group = "qa"
  }
}
`)
	r := c.MustRun("query", "-generate-config-out=found.tf")
	for _, d := range server.Desktops() {
		if !strings.Contains(r.Stdout, d.UUID) {
			t.Errorf("the query does not find %s of %s:\n%s", d.UUID, d.User, r.Stdout)
		}
	}
	if r := c.MustRun("apply", "-auto-approve"); !r.Printed("3 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("what the query generated does more than import:\n%s", r.Stdout)
	}
	if n := len(server.Requests(desktoptest.Apply)); n != 0 {
		t.Errorf("%d desktops were ordered", n)
	}
}

// A query without arguments covers the groups of the provider.
func TestDesktopListCLI_groupsOfTheProvider(t *testing.T) {
	acctest.RequireTerraform(t, 14)
	t.Parallel()
	server := startWithToken(t)
	want := []string{server.AddDesktop("qa_01", "kylin"), server.AddDesktop("ops_01", "kylin")}
	other := server.AddDesktop("dev_01", "kylin")
	c := cli(t, server, "")
	c.Write("main.tf", providerFile(server, `user_groups = ["qa", "ops", "nosuch"]`))
	c.Write("all.tfquery.hcl", "list \"clouddesktop_desktop\" \"all\" {\n  provider = clouddesktop\n}\n")
	r := c.MustRun("query")
	for _, uuid := range want {
		if !strings.Contains(r.Stdout, uuid) {
			t.Errorf("the query does not find %s:\n%s", uuid, r.Stdout)
		}
	}
	if strings.Contains(r.Stdout, other) || !r.Printed(`no user of group "nosuch"`) {
		t.Errorf("the query finds desktops of another group, or does not warn:\n%s", r.Stdout)
	}
}

func TestDesktopCLI_importByIdentity(t *testing.T) {
	acctest.RequireTerraform(t, 12)
	t.Parallel()
	server := startWithToken(t)
	uuid := server.AddDesktop("alice", "macos")
	c := cli(t, server, fmt.Sprintf(`
resource "clouddesktop_desktop" "found" {
  username = "alice"
}
import {
  to       = clouddesktop_desktop.found
  identity = { username = "alice", desktop_uuid = %q }
}
`, uuid))
	if r := c.MustRun("apply", "-auto-approve"); !r.Printed("1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("importing does more:\n%s", r.Stdout)
	}
}

// A triggered action resets a password, which is not stored in any file.
func TestResetPasswordCLI_triggered(t *testing.T) {
	acctest.RequireTerraform(t, 14)
	t.Parallel()
	const password = "S3cret-of-the-action"
	server := startWithToken(t)
	server.AddUser("alice")
	c := cli(t, server, `
variable "password" {
  type      = string
  ephemeral = true
}
action "clouddesktop_reset_password" "alice" {
  config {
    username = "alice"
    password = var.password
  }
}
resource "terraform_data" "change" {
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.clouddesktop_reset_password.alice]
    }
  }
}
`)
	c.Env = append(c.Env, "TF_VAR_password="+password)
	c.MustRun("plan", "-out=plan")
	if r := c.MustRun("apply", "plan"); !r.Printed("The password of alice is reset to the given password.") {
		t.Errorf("the action prints no progress:\n%s", r.Stdout)
	}
	if server.Password("alice") != password {
		t.Error("the password is another one")
	}
	files := c.Files()
	for _, name := range []string{"plan/tfplan", "terraform.tfstate"} {
		if content, ok := files[name]; !ok || strings.Contains(content, password) {
			t.Errorf("%s holds the password, or is not there", name)
		}
	}
}

// Terraform 1.16 drops the value of an ephemeral variable on -invoke.
func TestResetPasswordCLI_invokeNeverSetsTheDefault(t *testing.T) {
	acctest.RequireTerraform(t, 14)
	t.Parallel()
	server := startWithToken(t)
	server.AddUser("alice")
	before := server.Password("alice")
	c := cli(t, server, `
variable "password" {
  type      = string
  ephemeral = true
}
action "clouddesktop_reset_password" "alice" {
  config {
    username = "alice"
    password = var.password
  }
}
action "clouddesktop_reset_password" "default" {
  config {
    username             = "alice"
    use_default_password = true
  }
}
`)
	c.Env = append(c.Env, "TF_VAR_password=S3cret-of-the-action")
	r := c.Run("apply", "-auto-approve", "-invoke=action.clouddesktop_reset_password.alice")
	switch got := server.Password("alice"); {
	case got == "S3cret-of-the-action" && r.Code == 0: // This Terraform keeps the value.
	case got != before:
		t.Errorf("the password was set to %q:\n%s%s", got, r.Stdout, r.Stderr)
	case r.Code != 1 || !r.Printed("password is missing or null"):
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	c.MustRun("apply", "-auto-approve", "-invoke=action.clouddesktop_reset_password.default")
	if server.Password("alice") != server.DefaultPassword() {
		t.Error("use_default_password does not set the default")
	}
}
