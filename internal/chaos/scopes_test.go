//go:build linux

package chaos

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// If the scope is changed by mistake, each desktop would be ordered again, so
// the plan must warn.
func TestScope_changeIsShown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after func(cli *acctest.CLI, write func(scope string))
		was, is       string
	}{
		"another scope": {
			func(_ *acctest.CLI, write func(string)) { write(`scope = "prod"`) },
			func(_ *acctest.CLI, write func(string)) { write(`scope = "production"`) },
			"prod/default", "production/default",
		},
		"another workspace": {
			func(_ *acctest.CLI, write func(string)) { write("") },
			func(cli *acctest.CLI, _ func(string)) { cli.MustRun("workspace", "new", "blue") },
			"default", "blue",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := desktoptest.Start(t)
			hold := service.Hold(desktoptest.Apply, 1)
			cli := acctest.NewCLI(t)
			write := func(scope string) {
				cli.Write("main.tf", fmt.Sprintf(configuration, "", service.URL, "listen = \"127.0.0.1:0\"\n    "+scope, 2, time.Minute))
			}
			test.before(cli, write)
			cli.MustRun("init")
			apply := cli.Start("apply", "-auto-approve", "-no-color", "-parallelism=1")
			<-hold.Reached
			signal(-apply.PID(), syscall.SIGKILL)
			apply.Wait()

			same := cli.MustRun("plan")
			if !same.Printed("An Earlier Order Is Open") || same.Printed("Orders of Other Scopes Are Open") {
				t.Errorf("with the same scope the plan says\n%s", same.Stdout)
			}
			test.after(cli, write)
			other := cli.MustRun("plan")
			for _, want := range []string{
				"Orders of Other Scopes Are Open", "holds for other scopes: 1.", fmt.Sprintf("The scope of this configuration is %q", test.is),
				"run: terraform-provider-clouddesktop orders list",
			} {
				if !other.Printed(want) {
					t.Errorf("with another scope the plan does not say %q:\n%s", want, other.Stdout)
				}
			}
			if other.Printed("An Earlier Order Is Open") {
				t.Error("the plan says that the apply resumes an order of another scope")
			}
			if list := runOrders(t, cli, "list"); !list.Printed(" " + test.was + " ") {
				t.Errorf("orders list prints\n%s", list.Stdout)
			}
			hold.Release()
		})
	}
}
