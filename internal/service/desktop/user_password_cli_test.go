package desktop_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// A given password is not in the plan, the state, the output or the log. The
// default password of the service is only in the state.
func TestUserPasswordCLI_isNotStored(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	const own = "S3cret-of-dev"
	server := startWithToken(t)
	server.AddUser("dev_01")
	server.AddUser("dev_02")
	c := cli(t, server, `
variable "password" {
  type      = string
  ephemeral = true
}
`+passwordOf("password_wo = var.password\n password_wo_version = 1")+`
resource "clouddesktop_user_password" "default" {
  username             = "dev_02"
  use_default_password = true
}
`+policyWith("usb_enable = true"))
	log := filepath.Join(t.TempDir(), "log")
	c.Env = append(c.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+log, "TF_VAR_password="+own)

	printed := c.MustRun("plan", "-out", "plan").Stdout
	plan := c.MustRun("show", "-json", "plan").Stdout
	printed += c.MustRun("apply", "plan").Stdout
	if server.Password("dev_01") != own || server.Password("dev_02") != server.DefaultPassword() {
		t.Fatal("the passwords are not set, so nothing is proved")
	}
	state := c.MustRun("show", "-json").Stdout
	// This sends the policy again, as after an out-of-band change.
	printed += c.MustRun("apply", "-auto-approve", "-replace="+policyAddress).Stdout
	if err := sent(server, desktoptest.PolicyUpdate, `usb-enable=true`, `usb-enable=false`, `usb-enable=true`)(&terraform.State{}); err != nil {
		t.Error(err)
	}
	// A message of the service may contain the password.
	server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse(own+" is too short"))
	failed := c.Run("apply", "-auto-approve", "-replace="+passwordAddress)
	if printed += failed.Stdout + failed.Stderr; !failed.Printed("*** is too short.") {
		t.Errorf("the error is not shown:\n%s", failed.Stderr)
	}
	if r := c.MustRun("destroy", "-auto-approve"); !r.Printed("User dev_02 keeps the password; Terraform no longer manages it.") {
		t.Errorf("the destroy does not warn about what keeps running:\n%s", r.Stdout)
	}
	logged, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(logged), "/api/user/pwd-reset") {
		t.Fatal("the log does not show the requests, so it proves nothing")
	}
	for place, text := range map[string]string{"plan": plan, "state": state, "output": printed, "log": string(logged)} {
		if strings.Contains(text, own) {
			t.Errorf("the %s holds the password", place)
		}
		if strings.Contains(text, server.DefaultPassword()) != (place == "state") {
			t.Errorf("the service's password is in the state alone, but not so in the %s", place)
		}
	}
}
