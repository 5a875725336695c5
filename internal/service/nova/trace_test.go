package nova_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

const required = `
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}
`

// newCLI returns a CLI with the built provider, configured for the cloud by the
// environment.
func (c cloud) newCLI(t *testing.T) *acctest.CLI {
	t.Helper()
	cli := acctest.NewCLI(t)
	cli.Env = append(cli.Env,
		"OS_AUTH_URL="+c.identity.URL, "OS_USERNAME="+identitytest.User, "OS_USER_DOMAIN_NAME="+identitytest.Domain,
		"OS_PASSWORD="+identitytest.Password, "OS_PROJECT_ID="+identitytest.ProjectID,
	)
	return cli
}

// The link of the ephemeral resource and the credentials are in no file that
// Terraform writes, including the most detailed log.
func TestServerConsoleURL_ephemeralIsNotStored(t *testing.T) {
	acctest.RequireTerraform(t, 10)
	t.Parallel()
	c := start(t)
	cli := c.newCLI(t)
	cli.Env = append(cli.Env, "TF_LOG=trace", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	cli.Write("main.tf", required+strings.Replace(data(""), "data", "ephemeral", 1))
	cli.MustRun("init")
	printed := cli.MustRun("plan", "-out=plan").Stdout
	printed += cli.MustRun("apply", "plan").Stdout
	consoles := c.nova.Consoles()
	if want := acctest.CLIVersion(t).Opens(); len(consoles) != want {
		t.Fatalf("%d consoles were opened, want %d", len(consoles), want)
	}
	secrets := append(consoles, identitytest.Password)
	for _, r := range c.nova.Requests() {
		secrets = append(secrets, r.Header.Get("X-Auth-Token"))
	}
	search(t, "the output", []byte(printed), secrets)
	files := cli.Files()
	for name, content := range files {
		search(t, name, []byte(content), secrets)
	}
	for _, name := range []string{"trace.log", "plan/tfplan", "terraform.tfstate"} {
		if files[name] == "" {
			t.Errorf("there is no %s, so its search proves nothing", name)
		}
	}
}

func search(t *testing.T, where string, content []byte, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if secret == "" {
			t.Fatal("an empty secret would be anywhere")
		}
		if i := strings.Index(string(content), secret); i >= 0 {
			t.Errorf("%s contains a secret: …%s…", where, content[max(0, i-200):min(len(content), i+100)])
		}
	}
}

// Twenty consoles in one plan need one login, and a second one if the token
// expires in between.
func TestServerConsoleURL_loginsOfAPlan(t *testing.T) {
	t.Parallel()
	c := start(t)
	cli := c.newCLI(t)
	cli.Write("main.tf", required+data("count = 20"))
	cli.MustRun("init")
	cli.MustRun("plan", "-parallelism=20")
	if got := c.identity.Logins(); got != 1 {
		t.Errorf("%d logins, want 1", got)
	}
	c.nova.Answer(func(w http.ResponseWriter, _ *http.Request) {
		c.identity.Revoke()
		identitytest.Fault(w, http.StatusUnauthorized, "Unauthorized", "The request you have made requires authentication.")
	})
	cli.MustRun("plan", "-parallelism=20")
	if got := c.identity.Logins(); got != 3 {
		t.Errorf("%d logins after the second plan, want 3", got)
	}
	if got := len(c.nova.Consoles()); got != 40 {
		t.Errorf("%d consoles, want 40", got)
	}
}
