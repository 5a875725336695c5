package desktop_test

import (
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// failsLast is a resource that Terraform changes before it destroys the deposed
// objects of the others.
const failsLast = `
resource "clouddesktop_user_password" "last" {
  username             = "alice"
  use_default_password = true
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [clouddesktop_desktop.test, clouddesktop_desktop_policy.test, clouddesktop_user_password.test]
  }
}
`

// After a failed apply, the former object of each type is deposed.
func TestLifecycleCLI_deposedByAFailedApply(t *testing.T) {
	t.Parallel()
	server := startWithToken(t, desktoptest.WithPolicyPerDesktop())
	server.AddUser("alice")
	c := lifecycleCLI(t, server, lifecycleConfig(createFirst, failsLast))
	c.MustRun("apply", "-auto-approve")
	server.Fail(desktoptest.PasswordReset, 1, answered())
	server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("not now"))
	if r := c.Run(append([]string{"apply", "-auto-approve"}, replaceAll...)...); r.Code != 1 || !r.Printed("not now") {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	r := c.MustRun("plan")
	for _, deposed := range []string{"clouddesktop_desktop.test (deposed object", "clouddesktop_desktop_policy.test (deposed object", "clouddesktop_user_password.test (deposed object"} {
		if !r.Printed(deposed) {
			t.Fatalf("there is no %s, so this proves nothing:\n%s", deposed, r.Stdout)
		}
	}
	revoked := server.Password("dev_01")
	r = c.MustRun("apply", "-auto-approve")
	if !leavesPolicy(r) || server.Password("dev_01") == revoked {
		t.Errorf("the password of the former desktop is revoked: %t\n%s", server.Password("dev_01") != revoked, r.Stdout)
	}
	checkUsable(t, server, c, true)
	checkOrdered(t, server, 2)
}

// A desktop stays deposed until its password can be revoked.
func TestDesktopCLI_deposedByAFailedRevoke(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	c := cli(t, server, "variable \"os\" { default = \"win10\" }\n"+
		strings.Replace(desktopWith("deletion_policy = \"revoke\"\n lifecycle { create_before_destroy = true }"), `"win10"`, "var.os", 1))
	c.MustRun("apply", "-auto-approve")
	before := server.Password("dev_01")
	server.Fail(desktoptest.PasswordReset, 2, desktoptest.Refuse("not now"))
	for range 2 { // The second apply finds the deposed desktop.
		r := c.Run("apply", "-auto-approve", "-var=os=kylin")
		if r.Code != 1 || !r.Printed("Unable to Revoke Password of Desktop") || !r.Printed("not now") {
			t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
		checkOrdered(t, server, 2)
		if r := c.MustRun("plan", "-var=os=kylin"); !r.Printed("(deposed object") || !r.Printed("0 to add, 0 to change, 1 to destroy") {
			t.Fatalf("the plan does more than destroy the deposed desktop:\n%s", r.Stdout)
		}
	}
	c.MustRun("apply", "-auto-approve", "-var=os=kylin")
	if server.Password("dev_01") == before {
		t.Error("the password of the former desktop is not revoked")
	}
	c.MustRun("plan", "-detailed-exitcode", "-var=os=kylin")
	c.MustRun("destroy", "-auto-approve", "-var=os=kylin")
	if r := c.MustRun("state", "list"); strings.TrimSpace(r.Stdout) != "" {
		t.Errorf("after destroying, the state holds %s", r.Stdout)
	}
	checkOrdered(t, server, 2)
}

// A destroy works while a desktop is deposed.
func TestDesktopCLI_destroyWithADeposedDesktop(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	c := cli(t, server, desktopWith("deletion_policy = \"revoke\"\n lifecycle { create_before_destroy = true }"))
	c.MustRun("apply", "-auto-approve")
	server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("not now"))
	if r := c.Run("apply", "-auto-approve", "-replace="+address); r.Code != 1 {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	c.MustRun("destroy", "-auto-approve")
	if r := c.MustRun("state", "list"); strings.TrimSpace(r.Stdout) != "" {
		t.Errorf("after destroying, the state holds %s", r.Stdout)
	}
	checkOrdered(t, server, 2)
}

// afterPolicy is a resource that Terraform changes before it destroys a deposed
// policy.
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

// deposedPolicy returns a working directory whose last apply replaced the
// policy of the service, but ended before it destroyed the former object, like
// after a crash.
func deposedPolicy(t *testing.T, server *desktoptest.Server) *acctest.CLI {
	t.Helper()
	server.AddUser("alice")
	c := cli(t, server, "")
	c.Write("resources.tf", policyWith("usb_enable = true\n lifecycle { create_before_destroy = true }")+afterPolicy)
	c.MustRun("apply", "-auto-approve")
	server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("not now"))
	if r := c.Run("apply", "-auto-approve", "-replace="+policyAddress); r.Code != 1 || !r.Printed("not now") {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if r := c.MustRun("plan"); !r.Printed("deposed object") {
		t.Fatalf("nothing is deposed, so this proves nothing:\n%s", r.Stdout)
	}
	return c
}

// An apply that creates other policies cannot know the current object of a
// deposed policy either.
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
			if !r.Printed("Policy Is Not Reset") || !r.Printed("cannot know whether another resource manages usb_enable") {
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
