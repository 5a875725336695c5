package desktop_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest/openapi"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const authorization = "Bearer hush/hush+hush=="

// start returns a fake service and a client of it, which change may configure.
// The service requires credentials and checks all requests and answers against
// the OpenAPI document.
func start(t *testing.T, change func(*desktop.Config), opts ...desktoptest.Option) (*desktop.Client, *desktoptest.Server) {
	t.Helper()
	server := desktoptest.Start(t, append(opts,
		desktoptest.WithHeader("Authorization", authorization), desktoptest.WithChecker(openapi.New(t)))...)
	return newClient(t, server.URL, change), server
}

func newClient(t *testing.T, address string, change func(*desktop.Config)) *desktop.Client {
	t.Helper()
	endpoint, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := api.NewHTTPClient(api.TransportConfig{UserAgent: "test/1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	callbacks, err := callback.New(callback.Config{
		Listen: callback.DefaultListen,
		Store:  inboxtest.NewMemory(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := callbacks.Close(); err != nil {
			t.Error(err)
		}
	})
	config := desktop.Config{
		Endpoint:  endpoint,
		HTTP:      transport,
		Header:    http.Header{"Authorization": {authorization}},
		Retry:     api.RetryPolicy{Initial: time.Millisecond},
		Callbacks: callbacks,
	}
	if change != nil {
		change(&config)
	}
	return desktop.New(config)
}

// input returns an order for a group, or for a user if the name has a number.
func input(name string, timeout time.Duration) desktop.OrderInput {
	in := desktop.OrderInput{
		UserGroup: name, OS: "win10", Timeout: timeout,
		List: func(context.Context) ([]desktop.UserDesktop, error) { return nil, nil },
		Warn: func(string) {},
	}
	if strings.Contains(name, "_") {
		in.UserGroup, in.Username = "", name
	}
	return in
}

// order orders a desktop and waits for it.
func order(t *testing.T, client *desktop.Client, name string) (desktop.ApplyResult, error) {
	t.Helper()
	got, err := client.Order(t.Context(), input(name, time.Minute))
	if err != nil {
		return desktop.ApplyResult{}, err
	}
	return got.Result, got.Deliver(t.Context())
}

var errTimeout = errors.New("no callback came in time")

// orderWithin orders a desktop and waits for it until timeout.
func orderWithin(t *testing.T, client *desktop.Client, name string, timeout time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), timeout, errTimeout)
	defer cancel()
	_, err := client.Order(ctx, input(name, timeout))
	return err
}

// resize resizes a desktop and waits for it.
func resize(t *testing.T, client *desktop.Client, in desktop.ResizeInput) error {
	t.Helper()
	task, err := client.Resize(t.Context(), in)
	if err != nil {
		return err
	}
	_, err = task.Wait(t.Context())
	return err
}

// apiError returns the *api.Error that err must wrap.
func apiError(t *testing.T, err error) *api.Error {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %v, not an *api.Error", err)
	}
	found := *e
	found.Address = "" // The port of the fake is random.
	return &found
}

// every returns a function for each of the six calls. The functions do not wait
// for callbacks.
func every(t *testing.T, client *desktop.Client) map[desktoptest.Call]func() error {
	t.Helper()
	ctx, yes, two := t.Context(), true, int64(2)
	return map[desktoptest.Call]func() error{
		desktoptest.Apply: func() error {
			err := orderWithin(t, client, "dev", time.Second)
			if errors.Is(err, errTimeout) && !errors.Is(err, desktop.ErrOutcomeUnknown) {
				return nil
			}
			return err
		},
		desktoptest.ResourceUpdate: func() error {
			_, err := client.Resize(ctx, desktop.ResizeInput{DesktopUUID: "u", CPU: &two})
			return err
		},
		desktoptest.PolicyUpdate: func() error { return client.UpdatePolicy(ctx, desktop.PolicyInput{USBEnable: &yes}) },
		desktoptest.PasswordReset: func() error {
			_, err := client.ResetPassword(ctx, desktop.Credentials{Username: "dev_01", Password: "Pa55word"})
			return err
		},
		desktoptest.UserDesktops: func() error {
			_, err := client.UserDesktops(ctx, "dev_01")
			return err
		},
		desktoptest.DesktopVolumes: func() error {
			_, err := client.Volumes(ctx, "u")
			return err
		},
	}
}
