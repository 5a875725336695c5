package simulator_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// newGuide returns a directory for a guide, with files of an example, a
// provider block for a simulator, and the program of the provider on PATH.
func newGuide(t *testing.T, example string, files ...string) *driftCheck {
	t.Helper()
	c := &driftCheck{start(t), acctest.NewCLI(t), t.TempDir()}
	c.useCLI(t)
	if err := os.Symlink(acctest.Provider(t), filepath.Join(c.bin, "terraform-provider-clouddesktop")); err != nil {
		t.Fatal(err)
	}
	c.Write("provider.tf", c.ProviderFile(c.URL))
	for _, file := range files {
		c.Write(file, readFile(t, filepath.Join("../../examples", example, file)))
	}
	return c
}

// commands returns the shell block of a guide that begins with some text. It
// adds -auto-approve where a user would confirm.
func commands(t *testing.T, guide, begin string) string {
	t.Helper()
	for _, block := range blocks(t, guide, "shell") {
		if strings.HasPrefix(block, begin) {
			return strings.ReplaceAll(block, "terraform apply", "terraform apply -auto-approve")
		}
	}
	t.Fatalf("%s has no block that begins with %q", guide, begin)
	return ""
}

// Both guides compare a plan and a query with the state. Without lists, the
// data source of the second guide finds the same desktop.
func TestDriftGuides_commands(t *testing.T) {
	t.Parallel()
	for guide, example := range map[string]string{"drift.md": "drift-check", "unmanaged-desktops.md": "guides/unmanaged-desktops"} {
		t.Run(guide, func(t *testing.T) {
			t.Parallel()
			c := newGuide(t, example, "fleet.tfquery.hcl")
			c.Write("groups.tf", readFile(t, "../../examples/guides/unmanaged-desktops/check.tf"))
			c.Write("provider.tf", c.ProviderFile(c.URL, `user_groups = ["design", "build"]`))
			c.MustRun("init")
			c.MustRun("apply", "-auto-approve")
			uuid := c.Desktop.AddDesktop("design_02", "kylin")

			script := commands(t, guide, "terraform plan -refresh-only")
			if guide != "drift.md" {
				script = commands(t, guide, "terraform query") + script
			}
			if !acctest.CLIVersion(t).Supports(14) {
				lines := strings.Split(strings.ReplaceAll(script, " --query query.json", ""), "\n")
				script = ""
				for _, line := range lines {
					if !strings.HasPrefix(line, "terraform query") {
						script += line + "\n"
					}
				}
			}
			if got := c.shell(t, script); got.Code != 2 || !got.Printed("design_02/"+uuid+": ") || !got.Printed("Result: 1 finding.") {
				t.Errorf("exit code %d, want 2 and one finding", got.Code)
			}
		})
	}
}

func TestImportGuide_importCommand(t *testing.T) {
	t.Parallel()
	c := newGuide(t, "")
	uuid := c.Desktop.AddDesktop("dev_01", "win10")
	c.Desktop.Change(uuid, func(d *desktoptest.Desktop) { d.UUID = "9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f" })
	c.Write("main.tf", blocks(t, "importing-desktops.md", "terraform")[0])
	c.MustRun("init")
	if got := c.shell(t, commands(t, "importing-desktops.md", "terraform import")); got.Code != 0 || !got.Printed("Import successful!") {
		t.Errorf("exit code %d, want 0", got.Code)
	}
	c.MustRun("plan", "-detailed-exitcode")
}

func TestImportGuide_generateCommands(t *testing.T) {
	if v := acctest.CLIVersion(t); !v.GeneratesConfig() {
		t.Skipf("%s rejects an import block without a resource block", v)
	}
	t.Parallel()
	c := newGuide(t, "guides/importing-desktops", "find.tf", "generate.tf")
	c.Desktop.AddDesktop("dev_01", "win10")
	c.Desktop.AddDesktop("dev_02", "win10")
	c.MustRun("init")
	if got := c.shell(t, commands(t, "importing-desktops.md", "terraform apply")); got.Code != 0 || !got.Printed("2 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("exit code %d, want 0 and an import of 2 desktops", got.Code)
	}
}

func TestImportGuide_queryCommands(t *testing.T) {
	acctest.RequireTerraform(t, 14)
	t.Parallel()
	c := newGuide(t, "guides/importing-desktops", "dev.tfquery.hcl")
	c.Desktop.AddDesktop("dev_01", "win10")
	c.Desktop.AddDesktop("dev_02", "win10")
	c.MustRun("init")
	if got := c.shell(t, commands(t, "importing-desktops.md", "terraform query")); got.Code != 0 || !got.Printed("2 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("exit code %d, want 0 and an import of 2 desktops", got.Code)
	}
}

// The log contains the error and no secrets.
func TestTroubleshootingGuide_log(t *testing.T) {
	t.Parallel()
	c := newGuide(t, "guides/getting-started", "order.tf")
	c.MustRun("init")
	if got := c.shell(t, commands(t, "troubleshooting.md", "TF_LOG_PROVIDER=debug")); got.Code != 0 {
		t.Fatalf("exit code %d, want 0", got.Code)
	}
	log := readFile(t, filepath.Join(c.Dir, "terraform.log"))
	for _, part := range []string{"/api/desktop/apply", "callback"} {
		if !strings.Contains(log, part) {
			t.Errorf("the log does not contain %q", part)
		}
	}
	for _, secret := range c.Desktop.Secrets() {
		if strings.Contains(log, secret) {
			t.Error("the log contains a secret")
		}
	}
}

// The health check is answered while an apply waits.
func TestTroubleshootingGuide_healthCheck(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the command of the guide needs curl")
	}
	c := newGuide(t, "guides/getting-started", "order.tf")
	listen := "127.0.0.1:" + strconv.Itoa(acctest.FreePort(t))
	c.Write("provider.tf", strings.Replace(c.ProviderFile(c.URL), "provider \"clouddesktop\" {\n", "provider \"clouddesktop\" {\n  callback {\n    listen = \""+listen+"\"\n  }\n", 1))
	c.MustRun("init")
	hold := c.Desktop.Hold(desktoptest.Apply, 1)
	defer hold.Release()
	apply := c.Start("apply", "-auto-approve")
	select {
	case <-hold.Reached:
	case <-apply.Ended():
		t.Fatalf("the apply ended: %+v", apply.Wait())
	}
	command := strings.ReplaceAll(commands(t, "troubleshooting.md", "curl"), "https://callbacks.example.com", "http://"+listen)
	if got := c.shell(t, command); got.Code != 0 || !strings.Contains(got.Stdout, " "+strconv.Itoa(http.StatusOK)+" ") {
		t.Errorf("exit code %d, want 0 and status 200", got.Code)
	}
	hold.Release()
	if r := apply.Wait(); r.Code != 0 {
		t.Errorf("the apply ended with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// installVersions adds versions of the provider to the mirror of the CLI.
func (c *driftCheck) installVersions(t *testing.T, versions ...string) {
	t.Helper()
	var mirror string
	for _, variable := range c.Env {
		if config, found := strings.CutPrefix(variable, "TF_CLI_CONFIG_FILE="); found {
			mirror = filepath.Join(filepath.Dir(config), "mirror")
		}
	}
	installed, err := filepath.Glob(filepath.Join(mirror, "*", "*", "*", "0.0.1", "*"))
	if err != nil || len(installed) == 0 {
		t.Fatalf("%s has no provider: %v", mirror, err)
	}
	for _, version := range versions {
		for _, from := range installed {
			to := strings.Replace(from, "0.0.1", version, 1)
			if err := os.MkdirAll(to, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(acctest.Provider(t), filepath.Join(to, "terraform-provider-clouddesktop_v"+version)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The commands upgrade within the version constraint of the guide, change
// nothing, and can be undone.
func TestUpgradeGuide_commands(t *testing.T) {
	t.Parallel()
	c := newGuide(t, "guides/getting-started", "order.tf")
	c.installVersions(t, "0.1.0")
	versions := blocks(t, "upgrade.md", "terraform")[0]
	c.Write("provider.tf", versions+c.Configuration(c.URL))
	c.MustRun("init")
	c.MustRun("apply", "-auto-approve")
	before := len(c.Desktop.Requests(desktoptest.Apply))

	c.installVersions(t, "0.1.1")
	if got := c.shell(t, commands(t, "upgrade.md", "terraform state pull")); got.Code != 0 || !got.Printed("No changes.") || !got.Printed("v0.1.1") {
		t.Errorf("exit code %d, want 0 and a plan without changes", got.Code)
	}

	c.Write("provider.tf", strings.Replace(versions, "~> 0.1", "0.1.0", 1)+c.Configuration(c.URL))
	c.MustRun("init", "-upgrade")
	c.MustRun("state", "push", "-force", "before.tfstate")
	c.MustRun("plan", "-detailed-exitcode")
	if after := len(c.Desktop.Requests(desktoptest.Apply)); after != before {
		t.Errorf("%d orders, want %d", after, before)
	}
}
