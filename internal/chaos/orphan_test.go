//go:build linux

package chaos

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// The service sends its only callback after Terraform has died and before the
// next apply.
func TestOrphan_receivesCallbacks(t *testing.T) {
	t.Parallel()
	service := desktoptest.Start(t)
	hold := service.Hold(desktoptest.Apply, 1)
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", fmt.Sprintf(configuration, "", service.URL, `listen = "127.0.0.1:0"`, 1, 10*time.Minute))
	cli.MustRun("init")

	apply := cli.Start("apply", "-auto-approve", "-no-color")
	<-hold.Reached
	providers := children(apply.PID())
	apply.KillAlone()
	apply.Wait()
	waitFor(t, func() bool { return slices.Contains(turns(t, cli), "released") })
	if !slices.ContainsFunc(providers, runs) {
		t.Fatal("the orphan did not wait for the callback")
	}
	hold.Release()
	waitFor(t, func() bool { return !slices.ContainsFunc(providers, runs) })
	service.Wait()
	for _, delivery := range service.Deliveries() {
		if delivery.Call == desktoptest.Apply && delivery.Status != http.StatusOK {
			t.Errorf("the callback was answered %d (%v)", delivery.Status, delivery.Err)
		}
	}

	cli.MustRun("apply", "-auto-approve", "-no-color")
	if orders := len(service.Orders()); orders != 1 {
		t.Errorf("%d orders were placed", orders)
	}
	cli.MustRun("plan", "-detailed-exitcode")
	if got := turns(t, cli); !slices.Equal(got, []string{"released", "claimed", "delivered", "confirmed"}) {
		t.Errorf("the turns of the order are %v", got)
	}
}

// turns returns the kinds of the turns of the only order.
func turns(t *testing.T, cli *acctest.CLI) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(cli.Dir, ".terraform", "clouddesktop", "orders", "*", "turn-*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths) // There are fewer than ten.
	var kinds []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), `"kind":"`)
		kind, _, _ := strings.Cut(rest, `"`)
		kinds = append(kinds, kind)
	}
	return kinds
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !done(); {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen within two minutes")
		}
		<-time.After(20 * time.Millisecond)
	}
}

// An apply that only resumes orders must listen too.
func TestResume_listens(t *testing.T) {
	t.Parallel()
	service := desktoptest.Start(t, desktoptest.WithCallbackRetries(600, 200*time.Millisecond))
	hold := service.Hold(desktoptest.Apply, 1)
	cli := acctest.NewCLI(t)
	listen := fmt.Sprintf("listen = \"127.0.0.1:%d\"", acctest.FreePort(t))
	cli.Write("main.tf", fmt.Sprintf(configuration, "", service.URL, listen, 1, time.Minute))
	cli.MustRun("init")
	apply := cli.Start("apply", "-auto-approve", "-no-color")
	<-hold.Reached
	signal(-apply.PID(), syscall.SIGKILL)
	apply.Wait()
	hold.Release()
	cli.MustRun("apply", "-auto-approve", "-no-color")
	if orders := len(service.Orders()); orders != 1 {
		t.Errorf("%d orders were placed", orders)
	}
}
