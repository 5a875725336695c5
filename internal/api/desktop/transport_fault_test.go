package desktop_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/faulttest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// behindFaults returns a fake behind a fault server, and a client that uses the
// fault server.
func behindFaults(t *testing.T, change func(*desktop.Config)) (*desktop.Client, *faulttest.Server, *desktoptest.Server) {
	t.Helper()
	fake := desktoptest.New()
	t.Cleanup(fake.Close)
	faults := faulttest.Start(t, fake)
	transport, err := api.NewHTTPClient(api.TransportConfig{CACertificate: faults.Certificate})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return newClient(t, faults.URL, func(c *desktop.Config) {
		c.HTTP, c.Header, c.Retry.Initial = transport, nil, time.Microsecond
		if change != nil {
			change(c)
		}
	}), faults, fake
}

// faultyCalls is the number of calls with each fault. It is smaller with the
// race detector, which makes each call several times slower.
func faultyCalls() int {
	if testing.Short() || raceDetector {
		return 100
	}
	return 1000
}

// connectionFaults are the faults over HTTP/1.1.
var connectionFaults = map[string]faulttest.Fault{
	"reset after head":      faulttest.ResetAfterHead,
	"reset after half body": faulttest.ResetAfterHalfBody,
	"reset after body":      faulttest.ResetAfterBody,
	"half an answer":        faulttest.HalfAnswer,
	"close on reuse":        faulttest.CloseOnReuse,
	"close after answer":    faulttest.CloseAfterAnswer,
}

// streamFaults are the faults over HTTP/2, which the server offers but the
// clients do not use.
func streamFaults() map[string]faulttest.Fault {
	all := map[string]faulttest.Fault{"GOAWAY": faulttest.GoAway(http2.ErrCodeNo)}
	for code := http2.ErrCodeNo; code <= http2.ErrCodeHTTP11Required; code++ {
		all[code.String()] = faulttest.StreamReset(code)
	}
	return all
}

func TestApply_isSentOnce(t *testing.T) {
	t.Parallel()
	all := streamFaults()
	maps.Copy(all, connectionFaults)
	for name, fault := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sendOnce(t, fault, nil)
		})
	}
}

// On a connection that was used before, net/http repeats a request with the
// header Idempotency-Key.
func TestApply_isSentOnceWithAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"reset after body", "close on reuse", "close after answer"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sendOnce(t, connectionFaults[name], http.Header{"Idempotency-Key": {"1"}})
		})
	}
}

// sendOnce sends orders, each of which fails. Other calls in between leave open
// connections that an order must not use.
func sendOnce(t *testing.T, fault faulttest.Fault, header http.Header) {
	t.Helper()
	client, faults, fake := behindFaults(t, func(c *desktop.Config) { c.Header = header })
	fake.Callback(desktoptest.Apply, -1, desktoptest.NoCallback())
	calls := faultyCalls()
	for n := range calls {
		if n%10 == 0 {
			faults.Fail(faulttest.Always(faulttest.Fault{}))
			_, _ = client.Volumes(t.Context(), "none")
			faults.Fail(faulttest.Always(fault))
		}
		got := client.Post(t.Context(), input("dev", time.Minute), fmt.Sprintf("http://127.0.0.1:1/v1/callbacks/%d", n))
		if got.Kind != ledger.AnswerAccepted && got.Kind != ledger.AnswerUnknown {
			t.Fatalf("order %d is not waited for: %v", n, got.Err)
		}
	}
	sent := map[string]int{}
	orders := 0
	for _, r := range faults.Requests() {
		if r.Method != http.MethodPost {
			continue
		}
		if orders++; r.Proto != "HTTP/1.1" {
			t.Fatalf("an order was sent over %s", r.Proto)
		}
		var body struct {
			CallbackURL string `json:"callback_url"`
		}
		if r.Complete && json.Unmarshal(r.Body, &body) == nil {
			sent[body.CallbackURL]++
		}
	}
	if orders != calls {
		t.Errorf("%d orders arrived as %d requests", calls, orders)
	}
	for _, n := range sent {
		if n != 1 {
			t.Errorf("one order arrived completely %d times", n)
		}
	}
}

func TestIdempotentCalls_areRetried(t *testing.T) {
	t.Parallel()
	for name, fault := range connectionFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, faults, _ := behindFaults(t, nil)
			faults.Fail(faulttest.EveryOther(fault))
			least := 2
			if fault == faulttest.CloseOnReuse || fault == faulttest.CloseAfterAnswer {
				least = 1 // The request with the fault succeeds.
			}
			for n := range faultyCalls() {
				before := faults.Count()
				// This call is idempotent, but a POST, which net/http does not
				// repeat.
				_, err := client.ResetPassword(t.Context(), desktop.Credentials{Username: "nobody", Password: "x"})
				if e := apiError(t, err); e.Code != "-1" {
					t.Fatalf("call %d: %v", n, err)
				}
				if got := faults.Count() - before; got < least || got > 2 {
					t.Fatalf("call %d was sent %d times", n, got)
				}
			}
		})
	}
}

// A call that always fails is retried, but not without end.
func TestIdempotentCalls_areRetriedAFewTimes(t *testing.T) {
	t.Parallel()
	for name, fault := range connectionFaults {
		if fault == faulttest.CloseOnReuse || fault == faulttest.CloseAfterAnswer {
			continue // The first request succeeds.
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, faults, _ := behindFaults(t, nil)
			faults.Fail(faulttest.Always(fault))
			for n := range faultyCalls() / 20 {
				before := faults.Count()
				_, err := client.Volumes(t.Context(), fmt.Sprint(n))
				if e := apiError(t, err); e.Status == http.StatusOK && e.Err == nil {
					t.Fatalf("call %d: %v", n, err)
				}
				if got := faults.Count() - before; got < 2 || got > 6 {
					t.Fatalf("call %d was sent %d times", n, got)
				}
			}
		})
	}
}

// timeoutAfterArrival ends each request that has arrived, as a timeout does. On a
// busy machine a short timeout could end a request before it is sent.
type timeoutAfterArrival struct {
	next   http.RoundTripper
	faults *faulttest.Server
}

func (t *timeoutAfterArrival) wrap(c *desktop.Config) {
	t.next, c.HTTP.Transport = c.HTTP.Transport, t
}

func (t *timeoutAfterArrival) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel()
	n := t.faults.Count()
	go func() {
		for ctx.Err() == nil && (t.faults.Count() == n || !t.faults.Requests()[n].Complete) {
			<-time.After(time.Millisecond)
		}
		cancel()
	}()
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	if err != nil && req.Context().Err() == nil {
		err = context.DeadlineExceeded
	}
	return resp, err
}

// If the answer arrives after the timeout of the request, the outcome is
// unknown, and the callback decides.
func TestApply_answerAfterTheTimeoutOfTheRequest(t *testing.T) {
	t.Parallel()
	timeouts := &timeoutAfterArrival{}
	client, faults, fake := behindFaults(t, timeouts.wrap)
	timeouts.faults = faults
	faults.Fail(faulttest.Always(slow))
	got, err := order(t, client, "dev")
	if err != nil || got.Username != "dev_01" || got.Password != fake.Password("dev_01") {
		t.Errorf("got %+v and %v", got, err)
	}
	fake.Callback(desktoptest.Apply, 1, desktoptest.NoCallback())
	if err := orderWithin(t, client, "dev", 5*time.Second); !errors.Is(err, desktop.ErrOutcomeUnknown) {
		t.Errorf("got %v", err)
	}
	if got := len(faults.Requests()); got != 2 {
		t.Errorf("%d requests for two orders", got)
	}
}
