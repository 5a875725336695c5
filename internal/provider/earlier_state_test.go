package provider_test

import (
	"net/http"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// The state was written by a build of 2026-11-25 and must stay readable. Do not
// regenerate the file; add another file for a new form of the state.
func TestEarlierState_plansNoChanges(t *testing.T) {
	t.Parallel()
	sim, url := simulate(t)
	for uuid, name := range map[string]string{
		"90078d7f-aa40-4aa8-9837-3c6f1f76b024": "dev_01-win10-1",
		"31bd1622-4526-4ae3-8809-f011a6d5d0d6": "dev_01-kylin-2",
	} {
		added := sim.Desktop.AddDesktop("dev_01", "win10")
		sim.Desktop.SetVolumes(added, 100<<30)
		sim.Desktop.Change(added, func(d *desktoptest.Desktop) {
			d.UUID, d.Name = uuid, name
		})
	}
	sim.Desktop.ResetRequests()
	cli := acctest.NewCLI(t)
	cli.Write("provider.tf", sim.ProviderFile(url))
	cli.Write("main.tf", read(t, "testdata/earlier/main.tf"))
	cli.Write("terraform.tfstate", read(t, "testdata/earlier/state.json"))
	cli.MustRun("init")
	for _, command := range [][]string{{"plan", "-detailed-exitcode"}, {"apply", "-auto-approve"}} {
		if r := cli.Run(command...); r.Code != 0 {
			t.Errorf("%s: exit code %d, want 0:\n%s%s", command, r.Code, r.Stdout, r.Stderr)
		}
	}
	for _, r := range sim.Desktop.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}
