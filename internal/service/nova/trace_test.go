package nova_test

import (
	"archive/zip"
	"io"
	"io/fs"
	"net/http"
	"os"
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

// newCLI is the built provider, configured for the cloud by the environment.
func (c cloud) newCLI(t *testing.T) *acctest.CLI {
	t.Helper()
	cli := acctest.NewCLI(t)
	cli.Env = append(cli.Env,
		"OS_AUTH_URL="+c.identity.URL, "OS_USERNAME="+identitytest.User, "OS_USER_DOMAIN_NAME="+identitytest.Domain,
		"OS_PASSWORD="+identitytest.Password, "OS_PROJECT_ID="+identitytest.ProjectID,
	)
	return cli
}

// Neither the link of the ephemeral resource nor what was needed to get it is
// in any file that Terraform leaves, its most talkative log included.
func TestServerConsoleURL_ephemeralLeavesNoTrace(t *testing.T) {
	t.Parallel()
	c := start(t)
	cli := c.newCLI(t)
	cli.Env = append(cli.Env, "TF_LOG=trace", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	cli.Write("main.tf", required+strings.Replace(data(""), "data", "ephemeral", 1))
	cli.Must("init")
	printed := cli.Must("plan", "-out=plan").Stdout
	printed += cli.Must("apply", "plan").Stdout
	consoles := c.nova.Consoles()
	if len(consoles) < 2 {
		t.Fatalf("%d consoles were opened, want one in the plan and one in the apply", len(consoles))
	}
	secrets := append(consoles, identitytest.Password)
	for _, r := range c.nova.Requests() {
		secrets = append(secrets, r.Header.Get("X-Auth-Token"))
	}
	search(t, "the output", []byte(printed), secrets)
	var found []string
	files := os.DirFS(cli.Dir)
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		found = append(found, entry.Name())
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		if entry.Name() == "plan" {
			content = unzip(t, filepath.Join(cli.Dir, path))
		}
		search(t, entry.Name(), content, secrets)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(found, " "); !strings.Contains(all, "trace.log") || !strings.Contains(all, "plan") || !strings.Contains(all, "terraform.tfstate") {
		t.Errorf("the files %s were searched, want the log, the plan and the state", all)
	}
}

func search(t *testing.T, where string, content []byte, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if secret == "" {
			t.Fatal("an empty secret would be anywhere")
		}
		if i := strings.Index(string(content), secret); i >= 0 {
			t.Errorf("%s tells a secret: …%s…", where, content[max(0, i-200):min(len(content), i+100)])
		}
	}
}

// unzip returns everything that is in a plan file.
func unzip(t *testing.T, path string) (all []byte) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

// Twenty consoles in one plan are one login, and one more when the token ends
// in the middle.
func TestServerConsoleURL_loginsOfAPlan(t *testing.T) {
	t.Parallel()
	c := start(t)
	cli := c.newCLI(t)
	cli.Write("main.tf", required+data("count = 20"))
	cli.Must("init")
	cli.Must("plan", "-parallelism=20")
	if got := c.identity.Logins(); got != 1 {
		t.Errorf("%d logins, want 1", got)
	}
	c.nova.Answer(func(w http.ResponseWriter, _ *http.Request) {
		c.identity.Revoke()
		identitytest.Fault(w, http.StatusUnauthorized, "Unauthorized", "The request you have made requires authentication.")
	})
	cli.Must("plan", "-parallelism=20")
	if got := c.identity.Logins(); got != 3 {
		t.Errorf("%d logins after the second plan, want 3", got)
	}
	if got := len(c.nova.Consoles()); got != 40 {
		t.Errorf("%d consoles, want 40", got)
	}
}
