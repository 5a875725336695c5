package receiver_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// slow is an inbox whose writes take effect late, even if the caller does not
// wait.
type slow struct {
	*inboxtest.Memory

	mu    sync.Mutex
	takes []time.Duration // The time of each write; the last one applies to all further writes.
}

func (s *slow) next() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	delay := s.takes[0]
	if len(s.takes) > 1 {
		s.takes = s.takes[1:]
	}
	return delay
}

func (s *slow) Create(ctx context.Context, key string, value []byte) (bool, error) {
	time.Sleep(s.next()) // It ignores the context.
	return s.Memory.Create(context.WithoutCancel(ctx), key, value)
}

func TestHandler_slowInbox(t *testing.T) {
	t.Parallel()
	const hangs = time.Hour
	for name, test := range map[string]struct {
		takes    []time.Duration
		status   int
		after    time.Duration
		outcomes []receiver.Outcome
	}{
		"4 s":                 {[]time.Duration{4 * time.Second}, http.StatusOK, 4 * time.Second, []receiver.Outcome{receiver.Stored}},
		"19 s":                {[]time.Duration{19 * time.Second}, http.StatusOK, 19 * time.Second, []receiver.Outcome{receiver.Unstored, receiver.Stored}},
		"21 s":                {[]time.Duration{21 * time.Second}, http.StatusServiceUnavailable, 20 * time.Second, []receiver.Outcome{receiver.Unstored, receiver.Refused}},
		"the first one hangs": {[]time.Duration{hangs, time.Second}, http.StatusOK, 6 * time.Second, []receiver.Outcome{receiver.Unstored, receiver.Stored}},
		"all hang":            {[]time.Duration{hangs}, http.StatusServiceUnavailable, 20 * time.Second, []receiver.Outcome{receiver.Unstored, receiver.Refused}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(nil)
				store := &slow{Memory: f.store.Memory, takes: test.takes}
				f.Handler = receiver.New(receiver.Config{Finder: receiver.Inbox{Store: store, Key: key}, Observe: f.observe})
				made := id.New(id.Order, "s", key)
				start := time.Now()
				if status := f.post(t, made, body); status != test.status || time.Since(start) != test.after {
					t.Errorf("status %d after %v, want %d after %v", status, time.Since(start), test.status, test.after)
				}
				if diff := cmp.Diff(test.outcomes, f.outcomes()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				// The late write has taken effect, so a repeated callback finds
				// the same value.
				time.Sleep(2 * hangs)
				store.mu.Lock()
				store.takes = []time.Duration{0}
				store.mu.Unlock()
				if f.result(t, made) != body {
					t.Errorf("the inbox holds %q", f.result(t, made))
				}
				if status := f.post(t, made, body); status != http.StatusOK || len(f.evidence(t, made)) != 0 {
					t.Errorf("repeated: status %d, evidence %v", status, f.evidence(t, made))
				}
			})
		})
	}
}
