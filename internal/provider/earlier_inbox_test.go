package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// The inbox was written by a build of 2026-11-25: an apply was interrupted
// after the service had accepted its order. Do not regenerate it, like the
// state.
func TestEarlierInbox_listsTheOpenOrder(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	provider := acctest.Provider(t)
	inbox := filepath.Join(t.TempDir(), "inbox")
	copyInbox(t, inbox, "inbox")
	output, err := exec.CommandContext(t.Context(), provider, "orders", "list", "--inbox", inbox, "--json").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var got map[string][]map[string]string
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	want := map[string][]map[string]string{"orders": {{
		"ref": "rajarlrh-7ilrsdddy6tqm5tg", "scope": "/default", "user_group": "dev", "os": "win10", "state": "released",
	}}}
	for _, order := range got["orders"] {
		delete(order, "created") // It is the time of the copy.
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

// The order of another interrupted apply is resumed with the desktop that a
// person names, and no second one is placed. Its service has an address that
// does not change: the variables for proxies lead to the simulator.
func TestEarlierInbox_resumesTheOpenOrder(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	sim, url := simulate(t)
	cli := acctest.NewCLI(t)
	cli.Env = append(cli.Env, "HTTP_PROXY="+url, "NO_PROXY=127.0.0.1,runner.example.com")
	copyInbox(t, filepath.Join(cli.Dir, "inbox"), "scoped-inbox")
	cli.Write("main.tf", fmt.Sprintf(`
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}

provider "clouddesktop" {
  desktop {
    endpoint = "http://desktop.example.com"
  }
  callback {
    listen = "127.0.0.1:%[1]d"
    url    = "http://runner.example.com:%[1]d"
    inbox  = "inbox"
    scope  = "desktops-prod"
  }
}

resource "clouddesktop_desktop" "build" {
  user_group = "dev"
  os         = "win10"
}
`, acctest.FreePort(t)))
	cli.MustRun("init")
	if r := cli.MustRun("plan"); !r.Printed("qwmtg5cl-j64fraxcqkylbngr") {
		t.Errorf("the plan does not name the order:\n%s%s", r.Stdout, r.Stderr)
	}
	release := exec.CommandContext(t.Context(), acctest.Provider(t), "orders", "release", "qwmtg5cl-j64fraxcqkylbngr",
		"--desktop", "9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f", "--inbox", "inbox", "--yes")
	release.Dir = cli.Dir
	if output, err := release.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	cli.MustRun("apply", "-auto-approve")
	cli.MustRun("plan", "-detailed-exitcode")
	if r := cli.MustRun("state", "show", "clouddesktop_desktop.build"); !r.Printed(`"9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f"`) {
		t.Errorf("the state has another desktop:\n%s", r.Stdout)
	}
	if placed := len(sim.Desktop.Requests(desktoptest.Apply)); placed != 0 {
		t.Errorf("%d orders were placed, want none", placed)
	}
}

// copyInbox copies an inbox and sets its modes, which git does not keep.
func copyInbox(t *testing.T, inbox, name string) {
	t.Helper()
	if err := os.CopyFS(inbox, os.DirFS(filepath.Join("testdata", "earlier", name))); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(inbox, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o600)
		if entry.IsDir() {
			mode = 0o700
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
}
