package desktop_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// gate returns a fault that blocks a call until open is called.
func gate() (fault desktoptest.Fault, reached <-chan struct{}, open func()) {
	arrived, opened := make(chan struct{}), make(chan struct{})
	return func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		close(arrived)
		<-opened
		serve(w, r)
	}, arrived, sync.OnceFunc(func() { close(opened) })
}

// list lists the desktops of a user in the background.
func list(ctx context.Context, client *desktop.Client, username string) (result func() ([]desktop.Desktop, error)) {
	var desktops []desktop.Desktop
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		desktops, err = client.UserDesktops(ctx, username)
	}()
	return func() ([]desktop.Desktop, error) {
		<-done
		return desktops, err
	}
}

func TestUserDesktops_readersShareOneRequest(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	want := map[string]string{"dev_01": server.AddDesktop("dev_01", "win7"), "dev_02": server.AddDesktop("dev_02", "win7")}
	var readers sync.WaitGroup
	for i := range 20 {
		readers.Go(func() {
			user := fmt.Sprintf("dev_0%d", 1+i%2)
			got, err := client.UserDesktops(t.Context(), user)
			if err != nil || len(got) != 1 || got[0].UUID != want[user] {
				t.Errorf("%s: got %v and %v", user, got, err)
				return
			}
			got[0].UUID = "changed" // A change by one reader does not affect the others.
		})
	}
	readers.Wait()
	if got := len(server.Requests()); got != 2 {
		t.Errorf("%d requests for two users", got)
	}
}

func TestUserDesktops_orderInvalidatesTheList(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil, desktoptest.WithEmptyListForUnknownUser())
	server.AddDesktop("ops_01", "win7")
	count := func(user string) int {
		t.Helper()
		got, err := client.UserDesktops(t.Context(), user)
		if err != nil {
			t.Error(err)
		}
		return len(got)
	}
	before := []int{count("dev_01"), count("ops_01")}
	if _, err := order(t, client, "dev"); err != nil { // The order creates dev_01.
		t.Fatal(err)
	}
	if _, err := order(t, client, "ops_01"); err != nil {
		t.Fatal(err)
	}
	after := []int{count("dev_01"), count("ops_01"), count("dev_01"), count("ops_01")}
	if diff := cmp.Diff([][]int{{0, 1}, {1, 2, 1, 2}}, [][]int{before, after}); diff != "" {
		t.Errorf("desktops (-want +got):\n%s", diff)
	}
	if got := len(server.Requests(desktoptest.UserDesktops)); got != 4 {
		t.Errorf("%d requests, want one before and one after each order", got)
	}
}

// After an order without a callback, a reader must not get the list from before
// the order.
func TestUserDesktops_orderWithoutACallbackInvalidatesTheList(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	server.AddDesktop("dev_01", "win7")
	if got, err := client.UserDesktops(t.Context(), "dev_01"); err != nil || len(got) != 1 {
		t.Fatalf("got %v and %v", got, err)
	}
	server.Fail(desktoptest.Apply, 1, desktoptest.DropAfter())
	server.Callback(desktoptest.Apply, 1, desktoptest.NoCallback())
	if err := orderWithin(t, client, "dev_01", 2*time.Second); !errors.Is(err, desktop.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
	if got, err := client.UserDesktops(t.Context(), "dev_01"); err != nil || len(got) != 2 {
		t.Errorf("got %v and %v", got, err)
	}
}

func TestUserDesktops_listReadDuringAnOrderIsNotCached(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	server.AddUser("dev_01")
	hold, reached, open := gate()
	defer open()
	// The answer is the list from before the order.
	server.Fail(desktoptest.UserDesktops, 1, func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		hold(w, r, func(http.ResponseWriter, *http.Request) {})
		answered(`{"status":0,"data":[]}`)(w, r, nil)
	})
	first := list(t.Context(), client, "dev_01")
	<-reached
	if _, err := order(t, client, "dev_01"); err != nil {
		t.Fatal(err)
	}
	// A reader after the order does not wait for the answer from before.
	second, err := client.UserDesktops(t.Context(), "dev_01")
	if err != nil || len(second) != 1 {
		t.Errorf("after the order: %v and %v", second, err)
	}
	open()
	if got, err := first(); err != nil || len(got) != 0 {
		t.Errorf("before the order: %v and %v", got, err)
	}
	if third, err := client.UserDesktops(t.Context(), "dev_01"); err != nil || len(third) != 1 {
		t.Errorf("at the end: %v and %v", third, err)
	}
	if got := len(server.Requests(desktoptest.UserDesktops)); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
}

func TestUserDesktops_oneReaderLeaves(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	server.AddDesktop("dev_01", "win7")
	hold, reached, open := gate()
	defer open()
	server.Fail(desktoptest.UserDesktops, 1, hold)
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	first := list(ctx, client, "dev_01")
	<-reached
	var others []func() ([]desktop.Desktop, error)
	for range 3 {
		others = append(others, list(t.Context(), client, "dev_01"))
	}
	for client.Readers("dev_01") < 4 {
		runtime.Gosched()
	}
	cancel(interrupted)
	_, err := first()
	if e := apiError(t, err); !errors.Is(err, interrupted) || e.Operation != string(desktoptest.UserDesktops) {
		t.Errorf("the reader who left got %v", err)
	}
	open()
	for _, other := range others {
		if got, err := other(); err != nil || len(got) != 1 {
			t.Errorf("another reader got %v and %v", got, err)
		}
	}
	if got := len(server.Requests()); got != 1 {
		t.Errorf("%d requests", got)
	}
}

// The last reader that leaves cancels the request, and its error shows what it
// waited for.
func TestUserDesktops_allReadersLeave(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	server.AddDesktop("dev_01", "win7")
	server.Fail(desktoptest.UserDesktops, -1, desktoptest.Answer(429, "application/json", `{"status":-1,"message":"slow down"}`))
	late := errors.New("timed out after 2s")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 2*time.Second, late)
	defer cancel()
	_, err := client.UserDesktops(ctx, "dev_01")
	if e := apiError(t, err); !errors.Is(err, late) || !errors.Is(err, api.ErrThrottled) || e.Message != "slow down" {
		t.Errorf("got %v", err)
	}
	server.ClearFaults()
	if got, err := client.UserDesktops(t.Context(), "dev_01"); err != nil || len(got) != 1 {
		t.Errorf("the next reader got %v and %v", got, err)
	}
}

func TestUserDesktops_errorsAreNotCached(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for _, fault := range []desktoptest.Fault{desktoptest.Refuse("no"), desktoptest.Truncated(), answered(`{"status":0,"data":{}}`)} {
		server.Fail(desktoptest.UserDesktops, 1, fault)
		if got, err := client.UserDesktops(t.Context(), "dev_01"); err == nil || got != nil {
			t.Errorf("got %v and %v", got, err)
		}
	}
	uuid := server.AddDesktop("dev_01", "win7")
	if got, err := client.UserDesktops(t.Context(), "dev_01"); err != nil || len(got) != 1 || got[0].UUID != uuid {
		t.Errorf("got %v and %v", got, err)
	}
}

func TestUserDesktops_emptyList(t *testing.T) {
	t.Parallel()
	client, _ := start(t, nil, desktoptest.WithEmptyListForUnknownUser())
	if got, err := client.UserDesktops(t.Context(), "dev_01"); err != nil || len(got) != 0 {
		t.Errorf("got %v and %v", got, err)
	}
}
