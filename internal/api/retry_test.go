package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

var (
	errUnreachable = &api.Error{Service: "test", Operation: "GET /x", Unsent: true, Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
	errThrottled   = &api.Error{Service: "test", Operation: "GET /x", Status: 429, Kind: api.Throttled, Message: "slow down"}
)

// failing returns a function that fails with these errors, one a try, then
// succeeds, and the times of its tries since now.
func failing(errs ...error) (fn func(context.Context) (string, error), tries *[]time.Duration) {
	start := time.Now()
	tries = new([]time.Duration)
	return func(context.Context) (string, error) {
		n := len(*tries)
		*tries = append(*tries, time.Since(start))
		if n < len(errs) {
			return "", errs[n]
		}
		return "done", nil
	}, tries
}

func TestDo_outageIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fn, tries := failing(slices.Repeat([]error{errUnreachable}, 20)...)
		_, err := api.Do(t.Context(), api.Retry{}, api.RepeatIdempotent, fn)
		if !errors.Is(err, errUnreachable) || len(*tries) != 6 {
			t.Errorf("%v after %d tries", err, len(*tries))
		}
		// Half a second, doubled each time, plus or minus a half.
		for i, wait := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			if got := (*tries)[i+1] - (*tries)[i]; got < wait/2 || got > wait*3/2 {
				t.Errorf("wait %d took %s, want about %s", i+1, got, wait)
			}
		}
	})
}

func TestDo_outageThatEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fn, tries := failing(slices.Repeat([]error{errUnreachable}, 5)...)
		if got, err := api.Do(t.Context(), api.Retry{}, api.RepeatIdempotent, fn); got != "done" || err != nil || len(*tries) != 6 {
			t.Errorf("got %q and %v after %d tries", got, err, len(*tries))
		}
	})
}

func TestDo_throttlingLastsUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("no end came within 1h")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, cause)
		defer cancel()
		fn, tries := failing(slices.Repeat([]error{errThrottled}, 10000)...)
		_, err := api.Do(ctx, api.Retry{}, api.RepeatIdempotent, fn)
		if !errors.Is(err, cause) || !errors.Is(err, api.ErrThrottled) {
			t.Errorf("got %v", err)
		}
		if want := "no end came within 1h: test: GET /x: HTTP 429: slow down"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		// Between two tries are at most 15 seconds.
		if len(*tries) < 240 || len(*tries) > 800 {
			t.Errorf("%d tries", len(*tries))
		}
	})
}

func TestDo_stop(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"refused":      &api.Error{Kind: api.Refused, Status: 200, Code: "-1"},
		"denied":       &api.Error{Kind: api.Denied, Status: 401},
		"malformed":    &api.Error{Status: 200, Message: "not a JSON document"},
		"500":          &api.Error{Status: 500},
		"no api.Error": errors.New("unknown"),
	} {
		fn, tries := failing(err)
		if _, got := api.Do(t.Context(), api.Retry{}, api.RepeatIdempotent, fn); !errors.Is(got, err) || len(*tries) != 1 {
			t.Errorf("%s: got %v after %d tries", name, got, len(*tries))
		}
	}
}

func TestDo_retryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, value := range map[string]func() string{
			"seconds": func() string { return "120" },
			"date":    func() string { return time.Now().Add(2 * time.Minute).UTC().Format(http.TimeFormat) },
		} {
			pause := api.RetryAfter(http.Header{"Retry-After": {value()}})
			fn, tries := failing(&api.Error{Kind: api.Throttled, Err: pause}, &api.Error{Status: 503, Err: pause})
			if _, err := api.Do(t.Context(), api.Retry{}, api.RepeatIdempotent, fn); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]time.Duration{0, 2 * time.Minute, 4 * time.Minute}, *tries); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		// A shorter pause than ours changes nothing.
		fn, tries := failing(&api.Error{Kind: api.Throttled, Err: &api.RetryAfterError{Delay: time.Millisecond}})
		if _, err := api.Do(t.Context(), api.Retry{}, api.RepeatIdempotent, fn); err != nil || (*tries)[1] < 250*time.Millisecond {
			t.Errorf("tries at %v; %v", *tries, err)
		}
	})
}

func TestRetryAfter_none(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "0", "-5", "soon", "1.5", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)} {
		if err := api.RetryAfter(http.Header{"Retry-After": {value}}); err != nil {
			t.Errorf("%q: %v", value, err)
		}
	}
	if err := api.RetryAfter(nil); err != nil {
		t.Error(err)
	}
}

// A try that the end of the context cuts short says less than the answer that
// made it wait.
func TestDo_cutTry(t *testing.T) {
	t.Parallel()
	cause := errors.New("interrupted")
	cut := &api.Error{Service: "test", Operation: "GET /x", Err: context.Canceled}
	for name, tc := range map[string]struct {
		before   error
		classify func(error) api.Repeat
		want     string
	}{
		"after throttling": {errThrottled, api.RepeatIdempotent, "interrupted: test: GET /x: HTTP 429: slow down"},
		"after an outage":  {errUnreachable, api.RepeatIdempotent, "interrupted: test: GET /x: context canceled"},
		// The last try of an order was sent. Were the first one reported, which
		// was not, the order would be forgotten.
		"of an order": {errUnreachable, api.RepeatUnsent, "interrupted: test: GET /x: context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			fn, tries := failing(tc.before, cut)
			_, err := api.Do(ctx, api.Retry{Initial: time.Nanosecond}, tc.classify, func(ctx context.Context) (string, error) {
				if len(*tries) == 1 {
					cancel(cause)
				}
				return fn(ctx)
			})
			if err == nil || err.Error() != tc.want || !errors.Is(err, cause) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestDo_interruptedWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(cause) })
		start := time.Now()
		fn, _ := failing(&api.Error{Kind: api.Throttled, Err: &api.RetryAfterError{Delay: time.Hour}})
		_, err := api.Do(ctx, api.Retry{}, api.RepeatIdempotent, fn)
		if !errors.Is(err, cause) || !errors.Is(err, api.ErrThrottled) || time.Since(start) != time.Minute {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: internal error")}
	for name, tc := range map[string]struct {
		err                error
		idempotent, unsent api.Repeat
	}{
		"dial":              {errUnreachable, api.Outage, api.Outage},
		"wrapped":           {fmt.Errorf("wrapped: %w", errUnreachable), api.Outage, api.Outage},
		"reset":             {&api.Error{Err: reset}, api.Outage, api.Stop},
		"closed":            {&api.Error{Err: io.EOF}, api.Outage, api.Stop},
		"broken off":        {&api.Error{Status: 200, Err: io.ErrUnexpectedEOF}, api.Outage, api.Stop},
		"time-out":          {&api.Error{Err: context.DeadlineExceeded}, api.Outage, api.Stop},
		"alert":             {&api.Error{Err: alert}, api.Stop, api.Stop},
		"alert at first":    {&api.Error{Err: alert, Unsent: true}, api.Stop, api.Stop},
		"unsent, our fault": {&api.Error{Unsent: true, Err: errors.New("invalid header")}, api.Stop, api.Stop},
		"429":               {errThrottled, api.Wait, api.Stop},
		"502":               {&api.Error{Status: 502}, api.Outage, api.Stop},
		"503":               {&api.Error{Status: 503}, api.Outage, api.Stop},
		"504":               {&api.Error{Status: 504}, api.Outage, api.Stop},
		"500":               {&api.Error{Status: 500}, api.Stop, api.Stop},
		"no answer of HTTP": {&api.Error{Message: "out of range"}, api.Stop, api.Stop},
		"another error":     {io.EOF, api.Stop, api.Stop},
	} {
		if got := api.RepeatIdempotent(tc.err); got != tc.idempotent {
			t.Errorf("%s: an idempotent call is repeated %v, want %v", name, got, tc.idempotent)
		}
		if got := api.RepeatUnsent(tc.err); got != tc.unsent {
			t.Errorf("%s: an order is repeated %v, want %v", name, got, tc.unsent)
		}
	}
}

// What the transport may do behind our back: a connection that breaks after an
// order was written must not make net/http send it again.
func TestSend_brokenKeptConnection(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if got[r.Method]++; r.Method == http.MethodPost {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(server.Close)
	client := newClient(t, server.URL, api.TransportConfig{})
	if _, err := client.Send(t.Context(), get); err != nil {
		t.Fatal(err)
	}
	e := failure(t, client, api.Call{Method: "POST", Path: "/x", Body: struct{}{}})
	mu.Lock()
	defer mu.Unlock()
	if e.Unsent || got["POST"] != 1 {
		t.Errorf("%v; unsent: %t, arrived %d times", e, e.Unsent, got["POST"])
	}
}
