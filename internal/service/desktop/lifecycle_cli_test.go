package desktop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// lifecycleConfig returns one resource of each type, all with the same
// lifecycle.
func lifecycleConfig(lifecycle, more string) string {
	const config = `
variable "trigger" { default = 1 }
resource "terraform_data" "trigger" {
  input = var.trigger
}
resource "clouddesktop_desktop" "test" {
  user_group      = "dev"
  os              = "win10"
  deletion_policy = "revoke"
  lifecycle {
    LIFECYCLE
  }
}
resource "clouddesktop_desktop_policy" "test" {
  usb_enable   = true
  desktop_uuid = clouddesktop_desktop.test.desktop_uuid
  lifecycle {
    LIFECYCLE
  }
}
resource "clouddesktop_user_password" "test" {
  username             = clouddesktop_desktop.test.username
  use_default_password = true
  lifecycle {
    LIFECYCLE
  }
}
`
	return strings.ReplaceAll(config, "LIFECYCLE", lifecycle) + more
}

const (
	createFirst = "create_before_destroy = true"
	triggered   = "replace_triggered_by = [terraform_data.trigger]"
	// dependent has create_before_destroy, which all resources that it refers
	// to inherit.
	dependent = `
resource "terraform_data" "dependent" {
  input            = [clouddesktop_desktop.test.desktop_uuid, clouddesktop_desktop_policy.test.usb_enable, clouddesktop_user_password.test.username]
  triggers_replace = [clouddesktop_desktop.test.desktop_uuid, clouddesktop_desktop_policy.test.usb_enable, clouddesktop_user_password.test.username]
  lifecycle {
    create_before_destroy = true
  }
}
`
)

var replaceAll = []string{
	"-replace=clouddesktop_desktop.test", "-replace=clouddesktop_desktop_policy.test", "-replace=clouddesktop_user_password.test",
}

// lifecycleCLI returns a working directory whose provider has one policy for
// each desktop.
func lifecycleCLI(t *testing.T, server *desktoptest.Server, config string) *acctest.CLI {
	t.Helper()
	c := cli(t, server, "")
	c.Write("main.tf", providerFile(server, `policy_scope = "desktop"`))
	c.Write("resources.tf", config)
	c.MustRun("init")
	return c
}

// checkUsable checks that plan, apply and destroy work, and that the policies
// match the messages of the applies. left reports whether a message said that
// the policy of a former desktop is not reset.
func checkUsable(t *testing.T, server *desktoptest.Server, c *acctest.CLI, left bool, args ...string) {
	t.Helper()
	c.MustRun(append([]string{"apply", "-auto-approve"}, args...)...)
	c.MustRun(append([]string{"plan", "-detailed-exitcode"}, args...)...)
	all := server.Desktops()
	for i, d := range all {
		if want := left || i == len(all)-1; d.Policy.USBEnable != want {
			t.Errorf("desktop %d of %d allows USB: %t, want %t", i+1, len(all), d.Policy.USBEnable, want)
		}
	}
	c.MustRun(append([]string{"destroy", "-auto-approve"}, args...)...)
	if r := c.MustRun("state", "list"); strings.TrimSpace(r.Stdout) != "" {
		t.Errorf("after destroying, the state holds %s", r.Stdout)
	}
	for i, d := range server.Desktops() {
		if want := left && i < len(all)-1; d.Policy.USBEnable != want {
			t.Errorf("after destroying, desktop %d of %d allows USB: %t, want %t", i+1, len(all), d.Policy.USBEnable, want)
		}
	}
}

// leavesPolicy reports whether an apply said that it does not reset the policy
// of a former desktop.
func leavesPolicy(r acctest.Result) bool {
	return r.Printed("cannot know whether another resource manages usb_enable")
}

// After every kind of replacement, plan, apply and destroy work.
func TestLifecycleCLI_replacements(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lifecycle, more string
		change          []string
		after           []string
	}{
		"-replace":                            {"", "", replaceAll, nil},
		"-replace, created first":             {createFirst, "", replaceAll, nil},
		"-replace, created first, inherited":  {"", dependent, replaceAll, nil},
		"the policy alone, created first":     {createFirst, "", replaceAll[1:2], nil},
		"replace_triggered_by":                {triggered, "", []string{"-var=trigger=2"}, []string{"-var=trigger=2"}},
		"replace_triggered_by, created first": {createFirst + "\n" + triggered, "", []string{"-var=trigger=2"}, []string{"-var=trigger=2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startWithToken(t, desktoptest.WithPolicyPerDesktop())
			c := lifecycleCLI(t, server, lifecycleConfig(test.lifecycle, test.more))
			c.MustRun("apply", "-auto-approve")
			r := c.MustRun(append([]string{"apply", "-auto-approve"}, test.change...)...)
			checkUsable(t, server, c, leavesPolicy(r), test.after...)
		})
	}
}

func TestLifecycleCLI_tainted(t *testing.T) {
	t.Parallel()
	all := []string{"clouddesktop_desktop.test", "clouddesktop_desktop_policy.test", "clouddesktop_user_password.test"}
	for name, test := range map[string]struct {
		lifecycle, more string
		tainted         []string
		desktops        int
	}{
		"all":                           {"", "", all, 2},
		"all, created first":            {createFirst, "", all, 2},
		"all, created first, inherited": {"", dependent, all, 2},
		"the desktop":                   {"", "", all[:1], 2},
		"the desktop, created first":    {createFirst, "", all[:1], 2},
		"all but it, created first":     {createFirst, "", all[1:], 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startWithToken(t, desktoptest.WithPolicyPerDesktop())
			c := lifecycleCLI(t, server, lifecycleConfig(test.lifecycle, test.more))
			c.MustRun("apply", "-auto-approve")
			for _, address := range test.tainted {
				c.MustRun("taint", address)
			}
			r := c.MustRun("apply", "-auto-approve")
			checkUsable(t, server, c, leavesPolicy(r))
			checkOrdered(t, server, test.desktops)
		})
	}
}

func TestLifecycleCLI_preventDestroy(t *testing.T) {
	t.Parallel()
	server := startWithToken(t, desktoptest.WithPolicyPerDesktop())
	c := lifecycleCLI(t, server, lifecycleConfig("prevent_destroy = true", ""))
	c.MustRun("apply", "-auto-approve")
	for _, args := range [][]string{{"destroy", "-auto-approve"}, append([]string{"apply", "-auto-approve"}, replaceAll...)} {
		if r := c.Run(args...); r.Code != 1 || !r.Printed("nstance cannot be destroyed") { // OpenTofu: "Resource instance …".
			t.Errorf("%v: exit code %d\n%s%s", args, r.Code, r.Stdout, r.Stderr)
		}
	}
	if n := len(server.Requests(desktoptest.Apply)); n != 1 {
		t.Errorf("%d desktops were ordered, want 1", n)
	}
	c.Write("resources.tf", lifecycleConfig("", ""))
	checkUsable(t, server, c, false)
}

// removedBlock returns a removed block, with or without destroying the
// resource.
func removedBlock(t *testing.T, from string, destroy bool) string {
	t.Helper()
	lifecycle := fmt.Sprintf("lifecycle {\n    destroy = %t\n  }", destroy)
	if v := acctest.CLIVersion(t); !v.RemovedLifecycle() {
		if destroy {
			t.Skipf("a removed block of %s never destroys", v)
		}
		lifecycle = ""
	}
	return fmt.Sprintf("removed {\n  from = %s\n  %s\n}\n", from, lifecycle)
}

func TestLifecycleCLI_removedBlocks(t *testing.T) {
	t.Parallel()
	for _, destroy := range []bool{false, true} {
		t.Run(fmt.Sprintf("destroy = %t", destroy), func(t *testing.T) {
			t.Parallel()
			server := startWithToken(t, desktoptest.WithPolicyPerDesktop())
			c := lifecycleCLI(t, server, lifecycleConfig("", ""))
			c.MustRun("apply", "-auto-approve")
			var removed strings.Builder
			for _, name := range []string{"desktop", "desktop_policy", "user_password"} {
				removed.WriteString(removedBlock(t, "clouddesktop_"+name+".test", destroy))
			}
			c.Write("resources.tf", removed.String())
			c.MustRun("plan")
			c.MustRun("apply", "-auto-approve")
			if d := server.Desktops()[0]; d.Policy.USBEnable == destroy {
				t.Errorf("the desktop allows USB: %t", d.Policy.USBEnable)
			}
			c.MustRun("plan", "-detailed-exitcode")
			c.MustRun("destroy", "-auto-approve")
		})
	}
}
