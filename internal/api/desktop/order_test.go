package desktop_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

func TestApply_thirtyOrdersOfOneGroup(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	var all sync.Map
	var orders sync.WaitGroup
	for range 30 {
		orders.Go(func() {
			got, err := order(t, client, "dev")
			if err != nil {
				t.Error(err)
				return
			}
			if got.Password != server.Password(got.Username) {
				t.Errorf("%s got another user's password", got.Username)
			}
			if d, ok := server.Desktop(got.DesktopUUID); !ok || d.User != got.Username {
				t.Errorf("%s got desktop %s of %q", got.Username, got.DesktopUUID, d.User)
			}
			for _, value := range []string{got.Username, got.Password, got.DesktopUUID} {
				if _, twice := all.LoadOrStore(value, true); twice {
					t.Errorf("%s was returned twice", value)
				}
			}
		})
	}
	orders.Wait()
	if got := len(server.Requests(desktoptest.Apply)); got != 30 {
		t.Errorf("%d orders were sent", got)
	}
}

func TestTask_Wait_callbacks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		callback desktoptest.Callback
		opts     []desktoptest.Option
		user     string
	}{
		"usual":    {nil, nil, "dev_01"},
		"by PUT":   {nil, []desktoptest.Option{desktoptest.WithCallbackMethod(http.MethodPut)}, "dev_01"},
		"late":     {desktoptest.Late(50 * time.Millisecond), nil, "dev_01"},
		"twice":    {desktoptest.Twice(), nil, "dev_01"},
		"another":  {desktoptest.ForUser("ops_07"), nil, "ops_07"},
		"a number": {desktoptest.Garbage(`{"status":0,"data":{"username":"dev_01","desktop_uuid":"u","password":"p"}}`), nil, "dev_01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, nil, tc.opts...)
			if tc.callback != nil {
				server.Callback(desktoptest.Apply, 1, tc.callback)
			}
			got, err := order(t, client, "dev")
			if err != nil || got.Username != tc.user || got.DesktopUUID == "" || got.Password == "" {
				t.Errorf("got %+v and %v", got, err)
			}
		})
	}
	t.Run("no password for a user who exists", func(t *testing.T) {
		t.Parallel()
		client, server := start(t, nil, desktoptest.WithoutKnownPassword())
		server.AddUser("dev_01")
		got, err := order(t, client, "dev_01")
		want := desktop.ApplyResult{Username: "dev_01", DesktopUUID: got.DesktopUUID}
		if diff := cmp.Diff(want, got); diff != "" || err != nil || got.DesktopUUID == "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestClient_retries(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]desktoptest.Fault{
		"503":        desktoptest.Unavailable(),
		"429":        desktoptest.Answer(429, "text/html", html),
		"drop":       desktoptest.DropBefore(),
		"drop after": desktoptest.DropAfter(),
		"stall":      desktoptest.Stall(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, func(c *desktop.Config) {
				if name == "stall" {
					c.HTTP.Timeout = 500 * time.Millisecond
				}
			})
			uuid, two, yes := server.AddDesktop("dev_01", "win7"), int64(2), true
			server.Fail(desktoptest.ResourceUpdate, 2, fault)
			server.Fail(desktoptest.PolicyUpdate, 2, fault)
			server.Fail(desktoptest.PasswordReset, 2, fault)
			server.Fail(desktoptest.DesktopVolumes, 2, fault)
			if err := resize(t, client, desktop.ResizeInput{DesktopUUID: uuid, CPU: &two}); err != nil {
				t.Error(err)
			}
			if err := client.UpdatePolicy(t.Context(), desktop.PolicyInput{USBEnable: &yes}); err != nil {
				t.Error(err)
			}
			if _, err := client.ResetPassword(t.Context(), desktop.Credentials{Username: "dev_01"}); err != nil {
				t.Error(err)
			}
			if _, err := client.Volumes(t.Context(), uuid); err != nil {
				t.Error(err)
			}
			// On a busy machine, the short timeout may also end other requests.
			if got := len(server.Requests()); got != 12 && (name != "stall" || got < 12) {
				t.Errorf("%d requests, want each of four calls thrice", got)
			}
		})
	}
}

func TestWait_endsWithTheContext(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	hold := server.Hold(desktoptest.Apply, -1)
	defer hold.Release()
	for name, ends := range map[string]func(context.Context, error) (context.Context, context.CancelFunc){
		"timeout": func(ctx context.Context, cause error) (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(ctx, 5*time.Second, cause)
		},
		"interrupt": func(ctx context.Context, cause error) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			timer := time.AfterFunc(5*time.Second, func() { cancel(cause) })
			return ctx, func() { timer.Stop() }
		},
	} {
		// The order is accepted long before that, also on a busy machine.
		cause := fmt.Errorf("ended by %s", name)
		ctx, cancel := ends(t.Context(), cause)
		if _, err := client.Order(ctx, input("dev", time.Minute)); !errors.Is(err, cause) || errors.Is(err, desktop.ErrOutcomeUnknown) {
			t.Errorf("%s: got %v", name, err)
		}
		cancel()
	}
}

// An order that ends before it is sent says why, and is not sent.
func TestOrder_endsBeforeItIsSent(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	cause := errors.New("ended by an interrupt")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := client.Order(ctx, input("dev", time.Minute)); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if n := len(server.Requests(desktoptest.Apply)); n != 0 {
		t.Errorf("%d orders were sent", n)
	}
}

// keeping is an inbox whose Delete always fails.
type keeping struct{ inbox.Store }

func (keeping) Delete(context.Context, ...string) error { return errors.New("read-only file system") }

func TestTask_Wait_inboxThatCannotBeCleaned(t *testing.T) {
	t.Parallel()
	callbacks, err := callback.New(callback.Config{Listen: callback.DefaultListen, Store: keeping{inboxtest.NewMemory()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = callbacks.Close() })
	client, _ := start(t, func(c *desktop.Config) { c.Callbacks = callbacks })
	if got, err := order(t, client, "dev"); err != nil || got.Username != "dev_01" {
		t.Errorf("got %+v and %v", got, err)
	}
}

func TestClient_unavailable(t *testing.T) {
	t.Parallel()
	unknown := errors.New("known only after apply")
	client := desktop.New(desktop.Config{Unavailable: unknown})
	if !errors.Is(client.Available(), unknown) {
		t.Errorf("got %v", client.Available())
	}
	for call, try := range every(t, client) {
		if err := try(); !errors.Is(err, unknown) {
			t.Errorf("%s: got %v", call, err)
		}
	}
}

func TestClient_CallbackReachable(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:1": true, "http://localhost:1": true, "http://[::1]:1": true,
		"https://desktop.example.com": false, "http://10.0.0.1": false,
	} {
		host, ok := newClient(t, endpoint, nil).CallbackReachable()
		if ok != want || host != "127.0.0.1" {
			t.Errorf("%s: got %q and %t", endpoint, host, ok)
		}
	}
}
