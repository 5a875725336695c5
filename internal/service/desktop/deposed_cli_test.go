package desktop_test

import (
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// afterPolicy is a resource that Terraform changes before it destroys a former
// object of the policy.
const afterPolicy = `
resource "clouddesktop_user_password" "after" {
  username             = "alice"
  use_default_password = true
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [clouddesktop_desktop_policy.test]
  }
}
`

// deposedPolicy is a working directory whose last apply replaced the policy of
// the service and ended before it destroyed the former object, as after a crash.
func deposedPolicy(t *testing.T, server *desktoptest.Server) *acctest.CLI {
	t.Helper()
	server.AddUser("alice")
	c := cli(t, server, "")
	c.Write("resources.tf", policyWith("usb_enable = true\n lifecycle { create_before_destroy = true }")+afterPolicy)
	c.MustRun("apply", "-auto-approve")
	server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("not now"))
	if r := c.Run("apply", "-auto-approve", "-replace="+policyAddress); r.Code != 1 || !r.Says("not now") {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if r := c.MustRun("plan"); !r.Says("deposed object") {
		t.Fatalf("nothing is deposed, so this proves nothing:\n%s", r.Stdout)
	}
	return c
}

// An apply that creates other policies knows no more of the current object of a
// deposed one than any other apply.
func TestDesktopPolicyCLI_deposedByACrash(t *testing.T) {
	t.Parallel()
	other := policyNamed("other", "data_access = true\n depends_on = [clouddesktop_desktop_policy.test]")
	for name, more := range map[string]string{
		"nothing else": "",
		"another policy is created before the former one is destroyed": other,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startWithToken(t)
			c := deposedPolicy(t, server)
			c.Write("more.tf", more)
			r := c.MustRun("apply", "-auto-approve")
			if !server.Policy().USBEnable {
				t.Error("destroying the former policy turned off what the current one manages")
			}
			if !r.Says("Policy Is Not Reset") || !r.Says("cannot know whether another resource manages usb_enable") {
				t.Errorf("the apply does not say that a policy stays:\n%s", r.Stdout)
			}
			c.MustRun("plan", "-detailed-exitcode")
			c.MustRun("destroy", "-auto-approve")
			if got := server.Policy(); got != (desktoptest.Policy{}) {
				t.Errorf("after destroying everything the policy is %+v", got)
			}
		})
	}
}
