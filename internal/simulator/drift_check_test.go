package simulator_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const gib = 1 << 30

// more is what Terraform sees changes in that are none, because more than one
// value of a resource is sensitive, and what nobody can see changes in.
const more = `
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

// impatience lets a test see a service that is down without long waits.
const impatience = `
resource "clouddesktop_desktop" "team" {
  timeouts { read = "2s" }
}

resource "clouddesktop_desktop" "sensitive" {
  timeouts { read = "2s" }
}
`

// driftCheck is the example in a directory of its own.
type driftCheck struct {
	*running
	*acctest.CLI
	// bin holds Terraform and nothing else.
	bin string
}

func newDriftCheck(t *testing.T) *driftCheck {
	t.Helper()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("the example needs jq")
	}
	const token = "Bearer of-the-team"
	c := &driftCheck{start(t, desktoptest.WithHeader("Authorization", token)), acctest.NewCLI(t), t.TempDir()}
	if err := os.CopyFS(c.Dir, os.DirFS("../../examples/drift-check")); err != nil {
		t.Fatal(err)
	}
	c.Write("more.tf", more)
	c.Write("more_override.tf", impatience)
	terraform, err := acctest.Terraform()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(terraform, filepath.Join(c.bin, "terraform")); err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Env, "PATH="+c.bin+":"+os.Getenv("PATH"), "CLOUDDESKTOP_ENDPOINT="+c.URL, "CLOUDDESKTOP_AUTHORIZATION="+token)
	c.MustRun("init")
	return c
}

// shell runs a line of shell with more variables in its environment.
func (c *driftCheck) shell(t *testing.T, line string, env ...string) acctest.Result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-e", "-c", line)
	cmd.Dir, cmd.Env = c.Dir, append(c.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return acctest.Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// check checks what a line of shell ends with and prints, which is no secret.
func (c *driftCheck) check(t *testing.T, line string, code int, stdout string) {
	t.Helper()
	got := c.shell(t, line)
	if diff := cmp.Diff(stdout, got.Stdout); got.Code != code || diff != "" {
		t.Errorf("exit code %d, want %d; stdout (-want +got):\n%s\nstderr:\n%s", got.Code, code, diff, got.Stderr)
	}
	for _, secret := range c.Desktop.Secrets() {
		if strings.Contains(got.Stdout+got.Stderr, secret) {
			t.Errorf("a secret is printed:\n%s", strings.ReplaceAll(got.Stdout+got.Stderr, secret, "SECRET"))
		}
	}
}

// fails checks that the script ends with 1 and says why, and nothing of drift.
func (c *driftCheck) fails(t *testing.T, why string, env ...string) {
	t.Helper()
	got := c.shell(t, "./drift-check.sh", env...)
	if got.Code != 1 || got.Stdout != "" || !got.Says(why) || !got.Says("Failure: ") {
		t.Errorf("exit code %d, want 1 and %q\nstdout:\n%s\nstderr:\n%s", got.Code, why, got.Stdout, got.Stderr)
	}
}

// of returns the uuid of the one desktop of a user.
func (c *driftCheck) of(t *testing.T, user string) string {
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
	const script = "./drift-check.sh"

	// A runner without the backend sees nothing, and must not say that all is well.
	c.fails(t, "The state holds nothing to compare with. Is its backend configured?")

	c.MustRun("apply", "-auto-approve")
	for range 3 {
		c.check(t, script, 0, "No drift seen. Resources in the state: 8.\n")
	}

	c.Desktop.SetVolumes(c.of(t, "design_01"), 80*gib)
	c.check(t, script, 2, "clouddesktop_desktop.team[\"design\"] disk_gib: 50 -> 80\n")

	c.Desktop.RemoveDesktop(c.of(t, "build_01"))
	c.Desktop.SetVolumes(c.of(t, "finance_0_01"), 120*gib)
	c.Desktop.Change(c.of(t, "design_01"), func(d *desktoptest.Desktop) { d.Name = "100% \"mine\"\n::error::" })
	c.Desktop.SetVolumes(c.of(t, "design_01"))
	const several = `clouddesktop_desktop.sensitive[0] disk_gib: changed (sensitive)
clouddesktop_desktop.team["build"]: removed
clouddesktop_desktop.team["design"] desktop_name: "design_01-win10-1" -> "100% \"mine\"\n::error::"
clouddesktop_desktop.team["design"] disk_gib: 50 -> null
`
	c.check(t, script, 2, several)
	// What the runner shows has a line for each of them, too.
	annotations := regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(strings.ReplaceAll(several, "%", "%25"), "::warning title=Drift::$1")
	c.check(t, c.workflow(t), 2, annotations)

	c.fails(t, "401", "CLOUDDESKTOP_AUTHORIZATION=Bearer wrong")
	c.fails(t, "connection refused", "CLOUDDESKTOP_ENDPOINT=http://127.0.0.1:1")
	c.fails(t, "terraform is not on PATH.", "PATH="+t.TempDir())
	c.fails(t, "jq is not on PATH.", "PATH="+c.bin)

	// Each plan held the passwords.
	if left, err := fs.Glob(os.DirFS(temporary), "*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// workflow returns the last command of the workflow.
func (c *driftCheck) workflow(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.Dir, ".github", "workflows", "drift-check.yml"))
	if err != nil {
		t.Fatal(err)
	}
	_, command, found := strings.Cut(string(text), "run: |\n")
	if !found {
		t.Fatal("the workflow has no command of several lines")
	}
	return command
}
