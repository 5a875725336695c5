package desktop_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const countedDesktops = `
variable "desktops" { default = 1 }
resource "clouddesktop_desktop" "test" {
  count      = var.desktops
  user_group = "dev"
  os         = "win10"
}
`

// Terraform that is killed while it writes a local state file leaves the file
// empty.
func TestDesktopCLI_emptiedState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file    string
		prepare []string
		backend string
	}{
		"default workspace": {file: "terraform.tfstate"},
		"other workspace":   {file: "terraform.tfstate.d/prod/terraform.tfstate", prepare: []string{"workspace", "new", "prod"}},
		"local backend with a path": {file: "states/x", backend: `terraform {
  backend "local" { path = "states/x" }
}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startWithToken(t)
			c := cli(t, server, test.backend+countedDesktops)
			if test.prepare != nil {
				c.MustRun(test.prepare...)
			}
			c.MustRun("apply", "-auto-approve")
			c.MustRun("apply", "-auto-approve", "-var=desktops=2")
			c.MustRun("plan", "-var=desktops=2") // It confirms the second order.
			empty(t, c, test.file)
			second := server.Desktops()[1]
			for _, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}} {
				checkEmptied(t, c.Run(append(command, "-var=desktops=2")...),
					test.file+" has no content",
					"terraform state push '"+test.file+".backup'",
					"which the backup does not contain: "+importID(second)+". Import")
			}
			c.MustRun("state", "push", test.file+".backup")
			c.MustRun("import", "-var=desktops=2", "clouddesktop_desktop.test[1]", importID(second))
			c.MustRun("apply", "-auto-approve", "-var=desktops=2")
			checkOrdered(t, server, 2)
		})
	}
}

func TestDesktopCLI_emptiedStateWithoutBackup(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	c := cli(t, server, countedDesktops)
	c.Write("terraform.tfstate", "") // A plan of a new state was killed.
	c.MustRun("apply", "-auto-approve")
	c.MustRun("plan")
	empty(t, c, "terraform.tfstate")
	first := importID(server.Desktops()[0])
	checkEmptied(t, c.Run("apply", "-auto-approve"), "and there is no backup: "+first+". Import")
	c.MustRun("import", "clouddesktop_desktop.test[0]", first)
	c.MustRun("apply", "-auto-approve")
	checkOrdered(t, server, 1)
}

func TestDesktopCLI_emptiedStateWithManyDesktops(t *testing.T) {
	t.Parallel()
	_, c := confirmed(t, "-var=desktops=23")
	empty(t, c, "terraform.tfstate")
	checkEmptied(t, c.Run("plan", "-var=desktops=23"), "and 3 more (to see all, run: terraform-provider-clouddesktop orders list --all)")
}

// A state that was deleted on purpose does not stop the apply.
func TestDesktopCLI_deletedState(t *testing.T) {
	t.Parallel()
	server, c := confirmed(t)
	if err := os.Remove(filepath.Join(c.Dir, "terraform.tfstate")); err != nil {
		t.Fatal(err)
	}
	c.MustRun("apply", "-auto-approve")
	checkOrdered(t, server, 2)
}

// The state is in another file, and its old file is empty.
func TestDesktopCLI_movedState(t *testing.T) {
	t.Parallel()
	server, c := confirmed(t)
	c.Write("backend.tf", `terraform {
  backend "local" { path = "states/x" }
}`)
	c.MustRun("init", "-migrate-state", "-force-copy")
	if info, err := os.Stat(filepath.Join(c.Dir, "terraform.tfstate")); err != nil || info.Size() > 0 {
		t.Fatalf("the old file is not empty: %v, %v", info, err)
	}
	c.MustRun("apply", "-auto-approve", "-var=desktops=2")
	checkOrdered(t, server, 2)
}

// confirmed returns a configuration whose desktops are ordered and confirmed.
func confirmed(t *testing.T, arguments ...string) (*desktoptest.Server, *acctest.CLI) {
	t.Helper()
	server := startWithToken(t)
	c := cli(t, server, countedDesktops)
	c.MustRun(append([]string{"apply", "-auto-approve"}, arguments...)...)
	c.MustRun(append([]string{"plan"}, arguments...)...) // It confirms the orders.
	return server, c
}

func empty(t *testing.T, c *acctest.CLI, name string) {
	t.Helper()
	if err := os.Truncate(filepath.Join(c.Dir, name), 0); err != nil {
		t.Fatal(err)
	}
}

func importID(d desktoptest.Desktop) string { return fmt.Sprintf("%s/%s", d.User, d.UUID) }

func checkEmptied(t *testing.T, r acctest.Result, texts ...string) {
	t.Helper()
	if r.Code != 1 || !r.Printed("State File Is Empty") {
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	for _, text := range texts {
		if !r.Printed(text) {
			t.Errorf("%q is missing in\n%s%s", text, r.Stdout, r.Stderr)
		}
	}
}
