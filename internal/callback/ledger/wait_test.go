package ledger_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// counted is a memory that counts its lists.
type counted struct {
	*memory

	lists atomic.Int32
}

func (c *counted) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if c.lists.Add(1) > 1000 { // The fake time would not advance, and the test would not end.
		panic("an order that waits lists all the time")
	}
	return c.memory.List(ctx, prefix)
}

// waiting is a counted memory that can wait for new keys.
type waiting struct{ *counted }

func (w waiting) Wait(ctx context.Context, prefix, seen string) (string, error) {
	for {
		listing, err := w.memory.List(ctx, prefix)
		if now := fmt.Sprint(len(listing.Entries)); err != nil || now != seen {
			return now, err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return seen, context.Cause(ctx)
		}
	}
}

// A waiting order lists the inbox once per second. If the inbox can wait for
// keys, it gets its callback immediately.
func TestOrder_listsOnceASecondWhileItWaits(t *testing.T) {
	t.Parallel()
	const delay = 100*time.Second + 300*time.Millisecond
	for name, c := range map[string]struct {
		store  func(*counted) inbox.Store
		latest time.Duration
	}{
		"polling": {func(s *counted) inbox.Store { return s }, time.Second},
		"waiting": {func(s *counted) inbox.Store { return waiting{s} }, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite()
				s.delay = delay
				store := &counted{memory: s.store}
				start := time.Now()
				mustGet(t, s.process("p1", func(cfg *ledger.Config) { cfg.Store = c.store(store) }), s.request())
				if late := time.Since(start) - delay; late < 0 || late > c.latest {
					t.Errorf("the callback was found after %v", late)
				}
				if lists := store.lists.Load(); lists < 100 || lists > 115 {
					t.Errorf("%d lists in %v", lists, delay)
				}
			})
		})
	}
}
