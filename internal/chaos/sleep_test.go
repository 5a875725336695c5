//go:build linux

package chaos

import (
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// asleep is an apply that is suspended like on a sleeping machine. A second
// apply of the same state runs in the meantime, after its lock was forced.
type asleep struct {
	*round

	first *acctest.Process
}

func newAsleep(t *testing.T, service *desktoptest.Server, reached <-chan struct{}) *asleep {
	t.Helper()
	r := newCalmRound(t, service, 1, createTimeout)
	a := &asleep{r, r.cli.Start("apply", "-auto-approve", "-no-color")}
	<-reached
	signal(-a.first.PID(), syscall.SIGSTOP)
	return a
}

// wake continues the first apply and returns its result.
func (a *asleep) wake() acctest.Result {
	a.t.Helper()
	signal(-a.first.PID(), syscall.SIGCONT)
	return a.finish("the apply that slept", a.first)
}

// A suspended process holds its order, because it may continue at any moment.
func TestSleep_afterTheOrder(t *testing.T) {
	t.Parallel()
	service := desktoptest.Start(t, desktoptest.WithCallbackRetries(600, 200*time.Millisecond))
	hold := service.Hold(desktoptest.Apply, 1)
	a := newAsleep(t, service, hold.Reached)
	second := a.cli.Run("apply", "-auto-approve", "-no-color", "-lock=false")
	if second.Code == 0 || !second.Printed("which still runs. Nothing was ordered.") || !second.Printed("is held by process") {
		t.Errorf("the second apply ended with %d:\n%s%s", second.Code, second.Stdout, second.Stderr)
	}
	hold.Release()
	a.keep(a.wake())
	a.converge()
	a.checkOne()
}

// An apply that is suspended between its look and its intent must not order a
// second desktop.
func TestSleep_beforeTheOrder(t *testing.T) {
	t.Parallel()
	service := desktoptest.Start(t)
	reached, resume := make(chan struct{}), make(chan struct{})
	// The provider lists the users just before it writes the intent.
	service.Fail(desktoptest.UserDesktops, 1, func(w http.ResponseWriter, req *http.Request, serve http.HandlerFunc) {
		close(reached)
		<-resume
		serve(w, req)
	})
	release := sync.OnceFunc(func() { close(resume) })
	t.Cleanup(release)
	a := newAsleep(t, service, reached)
	second := a.cli.Run("apply", "-auto-approve", "-no-color", "-lock=false")
	if second.Code != 0 {
		t.Fatalf("the second apply ended with %d:\n%s%s", second.Code, second.Stdout, second.Stderr)
	}
	release()
	first := a.wake()
	if first.Code == 0 || !first.Printed("Another apply of the same scope has run since this one started") {
		t.Errorf("the apply that slept ended with %d:\n%s%s", first.Code, first.Stdout, first.Stderr)
	}
	a.keep(first)
	a.converge()
	a.checkOne()
}

// checkOne checks that the state has the desktop of the only order.
func (a *asleep) checkOne() {
	a.t.Helper()
	orders, managed := a.site.service.Orders(), a.managed()
	if len(orders) != 1 || len(managed) != 1 || managed[0].UUID != orders[0].UUID {
		a.t.Errorf("the service has %d orders, and the state contains %+v", len(orders), managed)
	}
}
