package simulator_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// The tests of the example pass without a service and with the simulator.
func TestModuleExample(t *testing.T) {
	t.Parallel()
	c := newExample(t, "module")
	c.MustRun("init")

	withoutService := "CLOUDDESKTOP_ENDPOINT="
	if r := c.shell(t, "terraform test -no-color -filter=tests/mock.tftest.hcl", withoutService); r.Code != 0 || !r.Printed("Success! 3 passed, 0 failed.") {
		t.Errorf("with mocks: exit code %d", r.Code)
	}
	if n := len(c.Desktop.Requests(desktoptest.Apply)); n != 0 {
		t.Errorf("the mocks ordered %d desktops", n)
	}
	if r := c.shell(t, "terraform test -no-color -filter=tests/simulator.tftest.hcl"); r.Code != 0 || !r.Printed("Success! 3 passed, 0 failed.") {
		t.Errorf("with the simulator: exit code %d", r.Code)
	}
	desktops := c.Desktop.Desktops()
	if len(desktops) != 1 || desktops[0].Volumes[0].Size != 80*gib {
		t.Errorf("desktops: %+v", desktops)
	}
}

// The tests of the example fail for a wrong module.
func TestModuleExample_broken(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, from, to, test, want string }{
		"other size":      {"variables.tf", "optional(number, 4)", "optional(number, 2)", "mock", "The defaults of size are not used."},
		"open password":   {"outputs.tf", "desktop.password }\n  sensitive   = true", "nonsensitive(desktop.password) }", "mock", "The output initial_passwords must be sensitive."},
		"another desktop": {"main.tf", "os         = each.value", `os = var.size.disk_gib == 80 ? "kylin" : each.value`, "simulator", `run "keeps_the_desktop_when_the_disk_grows"... fail`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newExample(t, "module")
			before := readFile(t, filepath.Join(c.Dir, tc.file))
			after := strings.Replace(before, tc.from, tc.to, 1)
			if after == before {
				t.Fatalf("%s does not contain %q", tc.file, tc.from)
			}
			c.Write(tc.file, after)
			c.MustRun("init")
			if r := c.shell(t, "terraform test -no-color -filter=tests/"+tc.test+".tftest.hcl"); r.Code != 1 || !r.Printed(tc.want) {
				t.Errorf("exit code %d, want 1 and %q", r.Code, tc.want)
			}
		})
	}
}
