package desktop_test

import (
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

// behindFaults returns a fake behind a fault server, and a client that must reach
// it through that.
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

// faultyCalls is how many calls are made with each fault. The race detector
// makes each several times slower and finds no more in a thousand of them.
func faultyCalls() int {
	if testing.Short() || raceDetector {
		return 100
	}
	return 1000
}

// connectionFaults are those that a client sees over HTTP/1.1.
var connectionFaults = map[string]faulttest.Fault{
	"reset after head":      faulttest.ResetAfterHead,
	"reset after half body": faulttest.ResetAfterHalfBody,
	"reset after body":      faulttest.ResetAfterBody,
	"half an answer":        faulttest.HalfAnswer,
	"close on reuse":        faulttest.CloseOnReuse,
	"close after answer":    faulttest.CloseAfterAnswer,
}

// streamFaults are those of HTTP/2, which the clients do not speak although the
// server offers it.
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

// A header that claims a request to be idempotent makes net/http repeat it on a
// connection that was used before.
func TestApply_isSentOnceWithAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"reset after body", "close on reuse", "close after answer"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sendOnce(t, connectionFaults[name], http.Header{"Idempotency-Key": {"1"}})
		})
	}
}

// sendOnce orders desktops, each of which fails. Other calls in between leave
// connections behind that an order must not use.
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

func TestIdempotentCalls_areRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range connectionFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, faults, _ := behindFaults(t, nil)
			faults.Fail(faulttest.EveryOther(fault))
			least := 2
			if fault == faulttest.CloseOnReuse || fault == faulttest.CloseAfterAnswer {
				least = 1 // The request that the fault belongs to succeeds.
			}
			for n := range faultyCalls() {
				before := faults.Count()
				// A call that states a target: net/http itself repeats only a GET.
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

// A call that fails for ever is repeated, but not for ever.
func TestIdempotentCalls_areNotRepeatedWithoutEnd(t *testing.T) {
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

// An answer that comes after the timeout of the request is an outcome that is
// not known; the callback still decides.
func TestApply_answerAfterTheTimeoutOfTheRequest(t *testing.T) {
	t.Parallel()
	client, faults, fake := behindFaults(t, func(c *desktop.Config) { c.HTTP.Timeout = 100 * time.Millisecond })
	faults.Fail(faulttest.Always(faulttest.Slow(10 * time.Second)))
	got, err := order(t, client, "dev")
	if err != nil || got.Username != "dev_01" || got.Password != fake.Password("dev_01") {
		t.Errorf("got %+v and %v", got, err)
	}
	fake.Callback(desktoptest.Apply, 1, desktoptest.NoCallback())
	if err := orderWithin(t, client, "dev", 2*time.Second); !errors.Is(err, desktop.ErrOutcomeUnknown) {
		t.Errorf("got %v", err)
	}
	if got := len(faults.Requests()); got != 2 {
		t.Errorf("%d requests for two orders", got)
	}
}
