package desktop_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestDesktopCLI_driftExitCodes(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	for u := range 5 {
		server.AddUser(fmt.Sprintf("user%d", u))
	}
	c := cli(t, server, `
resource "clouddesktop_desktop" "test" {
  count      = 50
  username   = "user${count.index % 5}"
  os         = "kylin"
  cpu        = 2
  memory_mib = 4096
}
`)
	c.MustRun("apply", "-auto-approve")
	server.ResetRequests()
	if r := c.Run("plan", "-refresh-only", "-detailed-exitcode"); r.Code != 0 {
		t.Errorf("exit code %d though nothing changed\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if n := len(server.Requests()); n != 5 {
		t.Errorf("refreshing 50 desktops of 5 users sent %d requests, want 5", n)
	}
	server.RemoveDesktop(server.Desktops()[0].UUID)
	if r := c.Run("plan", "-refresh-only", "-detailed-exitcode"); r.Code != 2 {
		t.Errorf("exit code %d after a desktop was removed, want 2\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}

func TestDesktopCLI_interrupt(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	hold := server.Hold(desktoptest.Apply, -1)
	c := cli(t, server, desktopWith(""))
	apply := c.Start("apply", "-auto-approve")
	<-hold.Reached
	apply.Interrupt()
	start := time.Now()
	r := apply.Wait()
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the apply went on for %v after the interrupt", took)
	}
	for _, text := range []string{
		"Unable to Order Desktop", "The apply was interrupted. The next apply resumes order", "terraform-provider-clouddesktop orders show",
	} {
		if !r.Printed(text) {
			t.Errorf("the interrupted apply does not say %q:\n%s%s", text, r.Stdout, r.Stderr)
		}
	}
	if r := c.MustRun("state", "list"); strings.TrimSpace(r.Stdout) != "" {
		t.Errorf("the state holds %s", r.Stdout)
	}
	hold.Release()
}

// If a step fails after the desktop exists, the provider warns, and the desktop
// is not tainted.
func TestDesktopCLI_failedResize(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	server.Callback(desktoptest.ResourceUpdate, 1, desktoptest.Failure("no memory left"))
	c := cli(t, server, desktopWith("memory_mib = 8192\n deletion_policy = \"abandon\""))
	r := c.MustRun("apply", "-auto-approve")
	for _, text := range []string{"Warning: Unable to Resize Desktop", "no memory left", "the next apply retries it"} {
		if !r.Printed(text) {
			t.Errorf("the apply does not say %q:\n%s", text, r.Stdout)
		}
	}
	r = c.Run("plan", "-detailed-exitcode")
	if r.Code != 2 || !r.Printed("+ memory_mib = 8192") || !r.Printed("0 to add, 1 to change, 0 to destroy") {
		t.Errorf("the plan is not to size the desktop alone:\n%s", r.Stdout)
	}
	c.MustRun("apply", "-auto-approve")
	if r := c.Run("plan", "-detailed-exitcode"); r.Code != 0 {
		t.Errorf("after the second apply there is still something to do:\n%s", r.Stdout)
	}
	if r := c.MustRun("destroy", "-auto-approve"); !r.Printed("Warning: Desktop Is Not Deleted") || !r.Printed("of user dev_01 keeps running") {
		t.Errorf("the destroy does not warn about what keeps running:\n%s", r.Stdout)
	}
}

func TestDesktopCLI_logWithoutSecrets(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := startWithToken(t)
	config := desktopWith("cpu = 2\n password_wo = \"S3cret-of-dev\"\n password_wo_version = 1") + `
resource "clouddesktop_desktop" "other" {
  count      = 3
  user_group = "ops"
  os         = "kylin"
}
`
	c := cli(t, server, config)
	log := filepath.Join(t.TempDir(), "log")
	c.Env = append(c.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+log)
	c.MustRun("plan", "-out", "plan")
	c.MustRun("apply", "plan")
	server.Fail(desktoptest.UserDesktops, 1, desktoptest.Truncated())
	c.Run("plan")
	c.MustRun("destroy", "-auto-approve")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "/api/desktop/apply") {
		t.Fatal("the log does not show the requests, so it proves nothing")
	}
	for _, secret := range append(server.Secrets(), "S3cret-of-dev", "of-the-team") {
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, secret) {
				t.Errorf("the log contains a secret: %.200s", strings.ReplaceAll(line, secret, "SECRET"))
				break
			}
		}
	}
}

// Two aliases in one configuration and two concurrent runs on one machine share
// a fixed port. Each run has its own inbox.
func TestDesktopCLI_sharedPort(t *testing.T) {
	t.Parallel()
	server := startWithToken(t, desktoptest.WithCallbackDelay(100*time.Millisecond))
	port := acctest.FreePort(t)
	run := func(group string) *acctest.CLI {
		c := cli(t, server, fmt.Sprintf(`
provider "clouddesktop" {
  alias = "second"
  desktop {
    endpoint = %[1]q
    headers  = { Authorization = "Bearer of-the-team" }
  }
  callback { listen = "127.0.0.1:%[2]d" }
}
provider "clouddesktop" {
  alias = "third"
  desktop {
    endpoint = %[1]q
    headers  = { Authorization = "Bearer of-the-team" }
  }
  callback { listen = "127.0.0.1:%[2]d" }
}
resource "clouddesktop_desktop" "default" {
  user_group = "%[3]s_default"
  os         = "win7"
}
resource "clouddesktop_desktop" "second" {
  provider   = clouddesktop.second
  count      = 10
  user_group = "%[3]s_second"
  os         = "win10"
}
resource "clouddesktop_desktop" "third" {
  provider   = clouddesktop.third
  count      = 10
  user_group = "%[3]s_third"
  os         = "win10"
}
`, server.URL, port, group))
		return c
	}
	var running []*acctest.Process
	for _, group := range []string{"dev", "ops"} {
		running = append(running, run(group).Start("apply", "-auto-approve"))
	}
	for _, process := range running {
		if r := process.Wait(); r.Code != 0 {
			t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
	}
	if n := len(server.Desktops()); n != 42 {
		t.Errorf("%d desktops were made, want 42", n)
	}
}

// The message about the timeout depends on whether the order was sent.
func TestDesktopCLI_timeoutOfOrder(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]bool{"no answer": true, "no connection": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startWithToken(t)
			server.Fail(desktoptest.Apply, -1, desktoptest.Stall())
			if !sent {
				server.URL = fmt.Sprintf("http://127.0.0.1:%d", acctest.FreePort(t))
			}
			r := cli(t, server, desktopWith(`timeouts { create = "1s" }`)).Run("apply", "-auto-approve")
			if r.Code != 1 || !r.Printed("imed out after 1s") {
				t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
			if said := r.Printed("The service may have carried it out"); said != sent {
				t.Errorf("it says that the order may be carried out: %v, want %v\n%s", said, sent, r.Stderr)
			}
		})
	}
}
