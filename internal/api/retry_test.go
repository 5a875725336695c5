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
	"strings"
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

// failing returns a function that fails with each of the errors once and then
// succeeds. It also returns the times of the attempts.
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

func TestRetry_outageIsLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fn, tries := failing(slices.Repeat([]error{errUnreachable}, 20)...)
		_, err := api.Retry(t.Context(), api.RetryPolicy{}, api.RetryIdempotent, fn)
		if !errors.Is(err, errUnreachable) || len(*tries) != 6 {
			t.Errorf("%v after %d tries", err, len(*tries))
		}
		// Half a second, doubled each time, plus or minus 50 percent.
		for i, wait := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			if got := (*tries)[i+1] - (*tries)[i]; got < wait/2 || got > wait*3/2 {
				t.Errorf("wait %d took %s, want about %s", i+1, got, wait)
			}
		}
	})
}

// The answer of an earlier attempt says more than an attempt that the timeout
// ends.
func TestRetry_keepsTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("timed out"))
		defer cancel()
		unavailable := &api.Error{Service: "test", Operation: "GET /x", Status: 504, Kind: api.Busy, Message: "no answer from upstream"}
		tries := 0
		_, err := api.Retry(ctx, api.RetryPolicy{}, api.RetryIdempotent, func(ctx context.Context) (string, error) {
			if tries++; tries == 1 {
				return "", unavailable
			}
			<-ctx.Done()
			return "", &api.Error{Service: "test", Operation: "GET /x", Err: ctx.Err()}
		})
		if !errors.Is(err, unavailable) || !strings.Contains(err.Error(), "timed out") {
			t.Errorf("got %v", err)
		}
	})
}

func TestRetry_outageThatEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fn, tries := failing(slices.Repeat([]error{errUnreachable}, 5)...)
		if got, err := api.Retry(t.Context(), api.RetryPolicy{}, api.RetryIdempotent, fn); got != "done" || err != nil || len(*tries) != 6 {
			t.Errorf("got %q and %v after %d tries", got, err, len(*tries))
		}
	})
}

func TestRetry_throttlingLastsUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("timed out after 1h")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, cause)
		defer cancel()
		fn, tries := failing(slices.Repeat([]error{errThrottled}, 10000)...)
		_, err := api.Retry(ctx, api.RetryPolicy{}, api.RetryIdempotent, fn)
		if !errors.Is(err, cause) || !errors.Is(err, api.ErrThrottled) {
			t.Errorf("got %v", err)
		}
		if want := "timed out after 1h: test: GET /x: HTTP 429: slow down"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		// There are at most 15 seconds between two attempts.
		if len(*tries) < 240 || len(*tries) > 800 {
			t.Errorf("%d tries", len(*tries))
		}
	})
}

func TestRetry_stop(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"refused":      &api.Error{Kind: api.Refused, Status: 200, Code: "-1"},
		"denied":       &api.Error{Kind: api.Denied, Status: 401},
		"malformed":    &api.Error{Status: 200, Message: "not a JSON document"},
		"500":          &api.Error{Status: 500},
		"no api.Error": errors.New("unknown"),
	} {
		fn, tries := failing(err)
		if _, got := api.Retry(t.Context(), api.RetryPolicy{}, api.RetryIdempotent, fn); !errors.Is(got, err) || len(*tries) != 1 {
			t.Errorf("%s: got %v after %d tries", name, got, len(*tries))
		}
	}
}

func TestRetry_retryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, value := range map[string]func() string{
			"seconds": func() string { return "120" },
			"date":    func() string { return time.Now().Add(2 * time.Minute).UTC().Format(http.TimeFormat) },
		} {
			pause := api.RetryAfter(http.Header{"Retry-After": {value()}})
			fn, tries := failing(&api.Error{Kind: api.Throttled, Err: pause}, &api.Error{Status: 503, Err: pause})
			if _, err := api.Retry(t.Context(), api.RetryPolicy{}, api.RetryIdempotent, fn); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]time.Duration{0, 2 * time.Minute, 4 * time.Minute}, *tries); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		// A Retry-After that is shorter than the wait has no effect.
		fn, tries := failing(&api.Error{Kind: api.Throttled, Err: &api.RetryAfterError{Delay: time.Millisecond}})
		if _, err := api.Retry(t.Context(), api.RetryPolicy{}, api.RetryIdempotent, fn); err != nil || (*tries)[1] < 250*time.Millisecond {
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

// The answer before a wait says more than an attempt that the end of the
// context interrupts.
func TestRetry_interruptedAttempt(t *testing.T) {
	t.Parallel()
	cause := errors.New("interrupted")
	cut := &api.Error{Service: "test", Operation: "GET /x", Err: context.Canceled}
	for name, tc := range map[string]struct {
		before   error
		classify func(error) api.Decision
		want     string
	}{
		"after throttling": {errThrottled, api.RetryIdempotent, "interrupted: test: GET /x: HTTP 429: slow down"},
		"after an outage":  {errUnreachable, api.RetryIdempotent, "interrupted: test: GET /x: context canceled"},
		// The first attempt of an order was not sent, and the last one was. The
		// error must be that of the last one, because the order may have been
		// carried out.
		"of an order": {errUnreachable, api.RetryUnsent, "interrupted: test: GET /x: context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			fn, tries := failing(tc.before, cut)
			_, err := api.Retry(ctx, api.RetryPolicy{Initial: time.Nanosecond}, tc.classify, func(ctx context.Context) (string, error) {
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

func TestRetry_interruptedWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(cause) })
		start := time.Now()
		fn, _ := failing(&api.Error{Kind: api.Throttled, Err: &api.RetryAfterError{Delay: time.Hour}})
		_, err := api.Retry(ctx, api.RetryPolicy{}, api.RetryIdempotent, fn)
		if !errors.Is(err, cause) || !errors.Is(err, api.ErrThrottled) || time.Since(start) != time.Minute {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestRetry_decisions(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: internal error")}
	for name, tc := range map[string]struct {
		err                error
		idempotent, unsent api.Decision
	}{
		"dial":                       {errUnreachable, api.RetryFew, api.RetryFew},
		"wrapped":                    {fmt.Errorf("wrapped: %w", errUnreachable), api.RetryFew, api.RetryFew},
		"reset":                      {&api.Error{Err: reset}, api.RetryFew, api.Stop},
		"closed":                     {&api.Error{Err: io.EOF}, api.RetryFew, api.Stop},
		"incomplete answer":          {&api.Error{Status: 200, Err: io.ErrUnexpectedEOF}, api.RetryFew, api.Stop},
		"timeout":                    {&api.Error{Err: context.DeadlineExceeded}, api.RetryFew, api.Stop},
		"alert":                      {&api.Error{Err: alert}, api.Stop, api.Stop},
		"alert at first":             {&api.Error{Err: alert, Unsent: true}, api.Stop, api.Stop},
		"unsent, our fault":          {&api.Error{Unsent: true, Err: errors.New("invalid header")}, api.Stop, api.Stop},
		"429":                        {errThrottled, api.RetryOn, api.Stop},
		"502":                        {&api.Error{Status: 502}, api.RetryFew, api.Stop},
		"503":                        {&api.Error{Status: 503}, api.RetryFew, api.Stop},
		"504":                        {&api.Error{Status: 504}, api.RetryFew, api.Stop},
		"500":                        {&api.Error{Status: 500}, api.Stop, api.Stop},
		"an answer that is not HTTP": {&api.Error{Message: "out of range"}, api.Stop, api.Stop},
		"another error":              {io.EOF, api.Stop, api.Stop},
	} {
		if got := api.RetryIdempotent(tc.err); got != tc.idempotent {
			t.Errorf("%s: an idempotent call is repeated %v, want %v", name, got, tc.idempotent)
		}
		if got := api.RetryWhileBusy(tc.err); got != tc.idempotent {
			t.Errorf("%s: a call without a code is repeated %v, want %v", name, got, tc.idempotent)
		}
		if got := api.RetryUnsent(tc.err); got != tc.unsent {
			t.Errorf("%s: an order is repeated %v, want %v", name, got, tc.unsent)
		}
	}
}

// If the error has a code of the service, the code decides.
func TestRetryWhileBusy_codes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[api.Kind]api.Decision{
		api.Busy: api.RetryOn, api.Throttled: api.RetryOn, api.Unavailable: api.RetryFew,
		api.Other: api.Stop, api.NotFound: api.Stop, api.Denied: api.Stop, api.Refused: api.Stop,
	} {
		if got := api.RetryWhileBusy(&api.Error{Status: 503, Code: "x", Kind: kind}); got != want {
			t.Errorf("kind %d: %v, want %v", kind, got, want)
		}
	}
}

func TestRetry_retryAfterIsLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		start := time.Now()
		fn, tries := failing(&api.Error{Service: "test", Operation: "GET /x", Kind: api.Throttled, Err: &api.RetryAfterError{Delay: time.Hour}})
		_, err := api.Retry(ctx, api.RetryPolicy{}, api.RetryIdempotent, fn)
		if !errors.Is(err, api.ErrThrottled) || len(*tries) != 1 || time.Since(start) != 0 {
			t.Errorf("%v after %d tries and %s", err, len(*tries), time.Since(start))
		}
		if want := "the service asks to wait 1h0m0s before the next attempt, but the timeout ends in 2m0s: "; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	})
}

// If a connection is closed after an order was written to it, net/http must not
// send the order again.
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
