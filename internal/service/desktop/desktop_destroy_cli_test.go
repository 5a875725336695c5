package desktop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// A desktop that must not be destroyed cannot be replaced either: the error
// occurs before a new one is ordered.
func TestDesktopCLI_preventAndReplacements(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lifecycle string
		change    []string
	}{
		"another system":                      {"", []string{"-var=os=kylin"}},
		"another system, created first":       {createFirst, []string{"-var=os=kylin"}},
		"-replace":                            {"", []string{"-replace=" + address}},
		"-replace, created first":             {createFirst, []string{"-replace=" + address}},
		"replace_triggered_by":                {triggered, []string{"-var=trigger=2"}},
		"replace_triggered_by, created first": {createFirst + "\n" + triggered, []string{"-var=trigger=2"}},
		"destroy":                             {"", []string{"-destroy"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startWithToken(t)
			c := cli(t, server, fmt.Sprintf(`
variable "os" { default = "win10" }
variable "policy" { default = "prevent" }
variable "trigger" { default = 1 }
resource "terraform_data" "trigger" {
  input = var.trigger
}
resource "clouddesktop_desktop" "test" {
  user_group      = "dev"
  os              = var.os
  deletion_policy = var.policy
  lifecycle {
    %s
  }
}
`, test.lifecycle))
			c.MustRun("apply", "-auto-approve")
			r := c.Run(append([]string{"apply", "-auto-approve"}, test.change...)...)
			if r.Code != 1 || !r.Printed(`of user dev_01 has deletion_policy = "prevent"`) {
				t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
			if n := len(server.Requests(desktoptest.Apply)); n != 1 {
				t.Fatalf("%d desktops were ordered, want 1", n)
			}
			c.MustRun("plan", "-detailed-exitcode")
			c.MustRun("apply", "-auto-approve", "-var=policy=abandon")
			c.MustRun("destroy", "-auto-approve", "-var=policy=abandon")
		})
	}
}

func TestDesktopCLI_planWarnsAboutRunningDesktops(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	server.AddUser("alice")
	c := cli(t, server, `
variable "os" { default = "win10" }
resource "clouddesktop_desktop" "test" {
  username        = "alice"
  os              = var.os
  deletion_policy = "revoke"
}
`)
	c.MustRun("apply", "-auto-approve")
	other := server.AddDesktop("alice", "kylin")
	uuid := server.Desktops()[0].UUID
	for name, args := range map[string][]string{"replace": {"plan", "-var=os=kylin"}, "destroy": {"plan", "-destroy"}} {
		r := c.MustRun(args...)
		for _, text := range []string{
			"Warning: Desktop Keeps Running", "when desktop " + uuid + " of user alice is destroyed or replaced, it keeps running",
			"The user needs the same password for other desktops: alice-kylin-2 (" + other + ")",
		} {
			if !r.Printed(text) {
				t.Errorf("%s: the plan does not say %q:\n%s", name, text, r.Stdout)
			}
		}
		if strings.Count(r.Stdout, "Desktop Keeps Running") != 1 {
			t.Errorf("%s: the plan warns more than once:\n%s", name, r.Stdout)
		}
	}
	// Terraform 1.11 does not show the warnings of a provider here, so the
	// apply shows it.
	if r := c.MustRun("apply", "-auto-approve", "-replace="+address); !r.Printed("Warning: Desktop Is Not Deleted") {
		t.Errorf("the apply does not warn about what keeps running:\n%s", r.Stdout)
	}
}

func TestDesktopCLI_anotherRecipient(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	c := cli(t, server, "variable \"recipient\" {}\n"+desktopWith("password_recipient = var.recipient"))
	const (
		first  = "-var=recipient=age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
		second = "-var=recipient=age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"
		says   = "encrypted_password can still only be decrypted with the former key"
	)
	if r := c.MustRun("apply", "-auto-approve", first); r.Printed(says) {
		t.Errorf("the first apply warns:\n%s", r.Stdout)
	}
	if r := c.MustRun("plan", second); !r.Printed(says) {
		t.Errorf("the plan does not warn:\n%s", r.Stdout)
	}
	c.MustRun("apply", "-auto-approve", second)
	if r := c.MustRun("plan", "-detailed-exitcode", second); r.Printed(says) {
		t.Errorf("the plan warns again:\n%s", r.Stdout)
	}
}
