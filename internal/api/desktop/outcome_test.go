package desktop_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// execute carries out the request and then applies fault.
func execute(fault desktoptest.Fault) desktoptest.Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		serve(httptest.NewRecorder(), r)
		fault(w, r, serve)
	}
}

// lost are faults in which the request arrives but the answer does not.
// TestApply_answers has the other answers.
var lost = map[string]desktoptest.Fault{
	"timeout": desktoptest.Stall(),
	"50 MB":   desktoptest.Huge(50 << 20),
}

func TestApply_callbackAfterALostAnswer(t *testing.T) {
	t.Parallel()
	for name, fault := range lost {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, func(c *desktop.Config) { c.HTTP.Timeout = 200 * time.Millisecond })
			server.Fail(desktoptest.Apply, 1, execute(fault))
			got, err := order(t, client, "dev")
			if err != nil || got.Username != "dev_01" || got.Password != server.Password("dev_01") {
				t.Errorf("got %+v and %v", got, err)
			}
			if got := len(server.Requests(desktoptest.Apply)); got != 1 {
				t.Errorf("it was sent %d times", got)
			}
		})
	}
}

func TestApply_outcomeUnknown(t *testing.T) {
	t.Parallel()
	for name, fault := range lost {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, func(c *desktop.Config) { c.HTTP.Timeout = 200 * time.Millisecond })
			server.Fail(desktoptest.Apply, -1, fault)
			err := orderWithin(t, client, "dev", 2*time.Second)
			if e := apiError(t, err); !errors.Is(err, desktop.ErrOutcomeUnknown) || !errors.Is(err, errTimeout) || e.Operation != string(desktoptest.Apply) {
				t.Errorf("got %v", err)
			}
			if got := len(server.Requests(desktoptest.Apply)); got != 1 {
				t.Errorf("it was sent %d times", got)
			}
		})
	}
}

func TestApply_refused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault desktoptest.Fault
		kind  api.Kind
	}{
		"-1":  {desktoptest.Refuse("sold out"), api.Refused},
		"400": {desktoptest.Answer(400, "text/plain", "no"), api.Refused},
		"401": {desktoptest.Unauthorized(), api.Denied},
		"404": {desktoptest.Answer(404, "text/html", html), api.NotFound},
		"429": {desktoptest.Answer(429, "text/html", html), api.Throttled},
		"half a 401": {func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
			w.Header().Set("Content-Length", "100")
			desktoptest.Unauthorized()(w, r, serve)
		}, api.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, nil)
			server.Fail(desktoptest.Apply, -1, tc.fault)
			_, err := client.Order(t.Context(), input("dev", time.Minute))
			if e := apiError(t, err); e.Kind != tc.kind || errors.Is(err, desktop.ErrOutcomeUnknown) {
				t.Errorf("got %+v", e)
			}
			if got := len(server.Requests()); got != 1 {
				t.Errorf("it was sent %d times", got)
			}
		})
	}
}

func TestApply_serviceNotReachable(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	client := newClient(t, closed.URL, nil)
	_, err := client.Order(t.Context(), input("dev", time.Minute))
	if e := apiError(t, err); !e.Unsent || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v", err)
	}
}

// dialer fails the first dials.
type dialer struct {
	next  http.RoundTripper
	fails int
}

func (d *dialer) RoundTrip(req *http.Request) (*http.Response, error) {
	if d.fails--; d.fails >= 0 {
		return nil, context.DeadlineExceeded // Like a dial that times out.
	}
	return d.next.RoundTrip(req)
}

func TestApply_retriedIfUnsent(t *testing.T) {
	t.Parallel()
	client, server := start(t, func(c *desktop.Config) { c.HTTP.Transport = &dialer{next: c.HTTP.Transport, fails: 3} })
	if got, err := order(t, client, "dev"); err != nil || got.Username != "dev_01" {
		t.Errorf("got %+v and %v", got, err)
	}
	if got := len(server.Desktops()); got != 1 {
		t.Errorf("%d desktops were made", got)
	}
}

// After an interrupt, the callback of an order that may have arrived is still
// stored.
func TestApply_interruptedAfterItWasSent(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	hold, reached, open := gate()
	defer open()
	server.Fail(desktoptest.Apply, 1, hold)
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-reached
		cancel(interrupted)
	}()
	_, err := client.Order(ctx, input("dev", time.Minute))
	if !errors.Is(err, interrupted) {
		t.Errorf("got %v", err)
	}
	open()
	if got, err := order(t, client, "dev"); err != nil || got.Username != "dev_01" || len(server.Desktops()) != 1 {
		t.Errorf("the next order gets %+v and %v, and there are %d desktops", got, err, len(server.Desktops()))
	}
}
