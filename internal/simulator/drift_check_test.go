package simulator_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const gib = 1 << 30

// sensitiveDesktops have several sensitive values each, for which Terraform
// sometimes reports changes that do not exist.
const sensitiveDesktops = `
variable "group" {
  default   = "finance"
  sensitive = true
}

variable "size" {
  default   = 100
  sensitive = true
}

resource "clouddesktop_desktop" "sensitive" {
  count      = 4
  user_group = "${var.group}_${count.index}"
  os         = "kylin"
  disk_gib   = var.size
}

resource "clouddesktop_user_password" "standard" {
  username             = clouddesktop_desktop.team["design"].username
  use_default_password = true
}
`

// shortTimeouts are timeouts for tests with a service that is not reachable.
const shortTimeouts = `
resource "clouddesktop_desktop" "team" {
  timeouts { read = "2s" }
}

resource "clouddesktop_desktop" "sensitive" {
  timeouts { read = "2s" }
}
`

const driftScript = "./drift-check.sh"

// driftCheck is a copy of the example in its own directory.
type driftCheck struct {
	*running
	*acctest.CLI
	// bin is the first folder in PATH. It contains Terraform, and programs that
	// tests add.
	bin string
}

func newDriftCheck(t *testing.T) *driftCheck {
	t.Helper()
	c := newExample(t, "drift-check")
	c.Write("sensitive.tf", sensitiveDesktops)
	c.Write("sensitive_override.tf", shortTimeouts)
	c.MustRun("init")
	return c
}

// newExample copies an example whose provider uses a simulator.
func newExample(t *testing.T, name string) *driftCheck {
	t.Helper()
	const token = "Bearer of-the-team"
	c := &driftCheck{start(t, desktoptest.WithHeader("Authorization", token)), acctest.NewCLI(t), t.TempDir()}
	if err := os.CopyFS(c.Dir, os.DirFS(filepath.Join("../../examples", name))); err != nil {
		t.Fatal(err)
	}
	c.useCLI(t)
	c.Env = append(c.Env, "CLOUDDESKTOP_ENDPOINT="+c.URL, "CLOUDDESKTOP_AUTHORIZATION="+token)
	return c
}

// useCLI makes the CLI under test available as "terraform" in the shell.
func (c *driftCheck) useCLI(t *testing.T) {
	t.Helper()
	terraform, err := acctest.Terraform()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(terraform, filepath.Join(c.bin, "terraform")); err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Env, "PATH="+c.bin+":"+os.Getenv("PATH"))
}

// shell runs lines of shell with more variables in their environment.
func (c *driftCheck) shell(t *testing.T, lines string, env ...string) acctest.Result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-e", "-c", lines)
	cmd.Dir, cmd.Env = c.Dir, append(c.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	got := acctest.Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
	t.Logf("%s: exit code %d\n%s%s", lines, got.Code, got.Stdout, got.Stderr)
	for _, secret := range c.Desktop.Secrets() {
		if strings.Contains(got.Stdout+got.Stderr, secret) {
			t.Errorf("a secret is printed:\n%s", strings.ReplaceAll(got.Stdout+got.Stderr, secret, "SECRET"))
		}
	}
	return got
}

// check checks the exit code and the complete section about changes in the
// report.
func (c *driftCheck) check(t *testing.T, code int, changes string) {
	t.Helper()
	got := c.shell(t, driftScript)
	section, _, _ := strings.Cut(got.Stdout, "Unmanaged desktops: ")
	if diff := cmp.Diff(changes, section); got.Code != code || diff != "" {
		t.Errorf("exit code %d, want %d; changes (-want +got):\n%s\nstderr:\n%s", got.Code, code, diff, got.Stderr)
	}
}

// fails checks that the script ends with exit code 1 and prints reason.
func (c *driftCheck) fails(t *testing.T, reason string, env ...string) {
	t.Helper()
	got := c.shell(t, driftScript, env...)
	if got.Code != 1 || !got.Printed(reason) || !got.Printed("Error: ") || got.Printed("No findings.") {
		t.Errorf("exit code %d, want 1 and %q", got.Code, reason)
	}
}

// uuidOf returns the uuid of a user's only desktop.
func (c *driftCheck) uuidOf(t *testing.T, user string) string {
	t.Helper()
	for _, d := range c.Desktop.Desktops() {
		if d.User == user {
			return d.UUID
		}
	}
	t.Fatalf("%s has no desktop", user)
	return ""
}

func TestDriftCheck(t *testing.T) {
	t.Parallel()
	c := newDriftCheck(t)
	temporary := t.TempDir()
	c.Env = append(c.Env, "TMPDIR="+temporary)

	// Without the backend, the state is empty, which must be an error.
	c.fails(t, "The state contains no resource of this provider")

	c.MustRun("apply", "-auto-approve")
	for range 3 {
		c.check(t, 0, "Changed or removed: no findings, 8 resources compared\n")
	}

	c.Desktop.SetVolumes(c.uuidOf(t, "design_01"), 80*gib)
	c.check(t, 2, "Changed or removed: 1 finding, 8 resources compared\n  clouddesktop_desktop.team[\"design\"] disk_gib: 50 -> 80\n")

	removed := c.uuidOf(t, "build_01")
	c.Desktop.RemoveDesktop(removed)
	c.Desktop.SetVolumes(c.uuidOf(t, "finance_0_01"), 120*gib)
	c.Desktop.Change(c.uuidOf(t, "design_01"), func(d *desktoptest.Desktop) { d.Name = "100% \"mine\"\n::error::" })
	c.Desktop.SetVolumes(c.uuidOf(t, "design_01"))
	c.check(t, 2, `Changed or removed: 4 findings, 7 resources compared
  clouddesktop_desktop.sensitive[0] disk_gib: changed (sensitive)
  clouddesktop_desktop.team["build"]: removed (desktop build_01/`+removed+`)
  clouddesktop_desktop.team["design"] desktop_name: "design_01-win10-1" -> "100% \"mine\"\n::error::"
  clouddesktop_desktop.team["design"] disk_gib: 50 -> null
`)

	c.fails(t, "401", "CLOUDDESKTOP_AUTHORIZATION=Bearer 0b5e4f71")
	c.fails(t, "The plan failed, so it does not show everything.", "CLOUDDESKTOP_ENDPOINT=http://127.0.0.1:1")
	c.fails(t, "The provider is not installed. Run terraform init first.", "TF_DATA_DIR="+t.TempDir())

	// Each plan contained the passwords.
	if left, err := filepath.Glob(filepath.Join(temporary, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestDriftCheck_ignore(t *testing.T) {
	t.Parallel()
	c := newDriftCheck(t)
	c.MustRun("apply", "-auto-approve")
	c.Desktop.SetVolumes(c.uuidOf(t, "design_01"), 80*gib)
	ignore := func(expires string) {
		c.Write("drift-ignore.json", `{"ignore":[{"address":"clouddesktop_desktop.team[*]","attribute":"disk_gib","reason":"ticket 7","expires":"`+expires+`"}]}`)
	}
	const grown = `clouddesktop_desktop.team["design"] disk_gib: 50 -> 80`
	ignore("9999-12-31")
	c.check(t, 0, "Changed or removed: no findings, 8 resources compared\n  "+grown+" (ignored until 9999-12-31: ticket 7)\n")
	ignore("2020-01-31")
	c.check(t, 2, "Changed or removed: 2 findings, 8 resources compared\n  "+grown+
		"\n  ignore entry clouddesktop_desktop.team[*] disk_gib: expired on 2020-01-31 (ticket 7)\n")
	c.Write("drift-ignore.json", `{"ignore":[{"address":"clouddesktop_desktop.team[*]","attribute":"disk_gib","expires":"9999-12-31"}]}`)
	c.fails(t, "entry 1: reason is missing")
}
