package desktop_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// guide copies files of the guide on importing into a working directory.
func guide(t *testing.T, c *acctest.CLI, names ...string) {
	t.Helper()
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "guides", "importing-desktops", name))
		if err != nil {
			t.Fatal(err)
		}
		c.Write(name, string(content))
	}
}

// startWithDesktops starts a service where dev_01 and dev_02 have two desktops
// each, and dev_03 has one.
func startWithDesktops(t *testing.T) *desktoptest.Server {
	t.Helper()
	server := startWithToken(t)
	for i := range 5 {
		server.AddDesktop(fmt.Sprintf("dev_%02d", i/2+1), "win10")
	}
	return server
}

// onlyRead checks that only read requests were sent.
func onlyRead(t *testing.T, server *desktoptest.Server) {
	t.Helper()
	if n := len(server.Requests(desktoptest.Apply, desktoptest.ResourceUpdate, desktoptest.PasswordReset, desktoptest.PolicyUpdate)); n != 0 {
		t.Errorf("%d requests wanted to change something", n)
	}
}

func TestImportGuide_forEach(t *testing.T) {
	t.Parallel()
	server := startWithDesktops(t)
	c := cli(t, server, "")
	guide(t, c, "find.tf", "import.tf")

	if r := c.MustRun("plan"); !r.Printed("Plan: 4 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("plan:\n%s", r.Stdout)
	}
	c.MustRun("apply", "-auto-approve")
	c.MustRun("plan", "-detailed-exitcode")

	// A desktop that is added later is imported, not ordered.
	later := server.AddDesktop("dev_01", "kylin")
	if r := c.MustRun("plan"); !r.Printed("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.") || !r.Printed(later) {
		t.Errorf("plan with one more desktop:\n%s", r.Stdout)
	}
	onlyRead(t, server)
}

func TestImportGuide_generateConfig(t *testing.T) {
	if v := acctest.CLIVersion(t); !v.GeneratesConfig() {
		t.Skipf("%s rejects an import block without a resource block", v)
	}
	t.Parallel()
	server := startWithDesktops(t)
	c := cli(t, server, "")
	guide(t, c, "find.tf", "generate.tf")

	c.MustRun("apply", "-auto-approve")
	blocks := c.MustRun("output", "-raw", "import_blocks").Stdout
	if n := strings.Count(blocks, "import {"); n != 4 {
		t.Fatalf("%d import blocks, want 4:\n%s", n, blocks)
	}
	c.Write("imports.tf", blocks)
	if r := c.MustRun("plan", "-generate-config-out=desktops.tf"); !r.Printed("Plan: 4 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("plan:\n%s", r.Stdout)
	}
	generated, err := os.ReadFile(filepath.Join(c.Dir, "desktops.tf"))
	if err != nil {
		t.Fatal(err)
	}
	// Values that the service does not report are null; all others are set.
	want := map[string]int{`username = "dev_01"`: 2, `username = "dev_02"`: 2, `deletion_policy = "abandon"`: 4, "os = null": 4, "user_group = null": 4}
	text := strings.Join(strings.Fields(string(generated)), " ")
	got := map[string]int{}
	for line := range want {
		got[line] = strings.Count(text, line)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, generated)
	}
	c.MustRun("apply", "-auto-approve")
	c.MustRun("plan", "-detailed-exitcode")
	onlyRead(t, server)
}
