package inboxtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// survivesLostAnswers checks that a client can find out that a write took
// effect, although the call returned an error.
func survivesLostAnswers(ctx context.Context, in Inbox) error {
	other := in.Open()
	lossy := in.LoseAnswer()
	_, err := lossy.Create(ctx, "orders/a", []byte("mine"))
	failed := errors.Join(
		lost("Create", err),
		created(ctx, other, "orders/a", "other", false),
		created(ctx, lossy, "orders/a", "mine", true),
		holds(ctx, other, "orders/a", "mine"))

	lossy = in.LoseAnswer()
	failed = errors.Join(failed,
		lost("Replace", lossy.Replace(ctx, inbox.ProcessPrefix+"p1", []byte("beat"))),
		holds(ctx, other, inbox.ProcessPrefix+"p1", "beat"),
		lossy.Replace(ctx, inbox.ProcessPrefix+"p1", []byte("beat")))

	lossy = in.LoseAnswer()
	return errors.Join(failed,
		lost("Delete", lossy.Delete(ctx, "orders/a")),
		notExists(ctx, other, "orders/a"),
		lossy.Delete(ctx, "orders/a"))
}

func lost(call string, err error) error {
	if err == nil {
		return fmt.Errorf("the answer to %s was lost, and it returned no error", call)
	}
	return nil
}

const (
	restarts       = 3
	restartWriters = 8
	// restartAfter is how many values are acknowledged before each restart.
	restartAfter   = 40
	restartTimeout = 2 * time.Minute
)

// survivesRestart restarts the inbox while clients write, and looks for every
// value that was acknowledged.
func survivesRestart(ctx context.Context, in Inbox) error {
	if in.Restart == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, restartTimeout)
	defer cancel()
	w := &load{}
	var all sync.WaitGroup
	for n := range restartWriters {
		store := in.Open()
		all.Go(func() { w.write(ctx, store, n) })
	}
	var failed error
	for range restarts {
		failed = errors.Join(failed, w.wait(ctx, restartAfter), in.Restart())
	}
	failed = errors.Join(failed, w.wait(ctx, restartAfter))
	w.stop.Store(true)
	all.Wait()
	return errors.Join(failed, w.check(ctx, in.Open()))
}

// load writes values and records which of them were acknowledged.
type load struct {
	stop atomic.Bool

	mu           sync.Mutex
	acknowledged []string
}

func (l *load) write(ctx context.Context, s inbox.Store, writer int) {
	for n := 0; !l.stop.Load() && ctx.Err() == nil; n++ {
		key := fmt.Sprintf("results/%d-%d", writer, n)
		if won, err := s.Create(ctx, key, []byte(key)); won && err == nil {
			l.mu.Lock()
			l.acknowledged = append(l.acknowledged, key)
			l.mu.Unlock()
		}
	}
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}

// wait waits until n more values are acknowledged.
func (l *load) wait(ctx context.Context, n int) error {
	for want := l.count() + n; l.count() < want; {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("only %d values were acknowledged: %w", l.count(), context.Cause(ctx))
		}
	}
	return nil
}

// check checks that every acknowledged value is present, and that no other
// value is incomplete.
func (l *load) check(ctx context.Context, s inbox.Store) error {
	listing, err := s.List(ctx, "results/")
	if err != nil {
		return err
	}
	present := map[string]bool{}
	var failed error
	for _, key := range keys(listing) {
		present[key] = true
		failed = errors.Join(failed, holds(ctx, s, key, key))
	}
	var missing []string
	for _, key := range l.acknowledged {
		if !present[key] {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		failed = errors.Join(failed, fmt.Errorf("%d of %d acknowledged values are missing: %s",
			len(missing), len(l.acknowledged), strings.Join(missing, " ")))
	}
	return failed
}

// notifiesWaiting checks that Wait returns for a value that another client
// creates after the last Wait, also if the prefix was listed in the meantime,
// and waits otherwise.
func notifiesWaiting(ctx context.Context, in Inbox) error {
	s := in.Open()
	waiter, ok := s.(inbox.Waiter)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, restartTimeout)
	defer cancel()
	other := in.Open()
	failed := listed(ctx, s, "results/", nil)
	seen := ""
	for n := range 6 {
		key := fmt.Sprint("results/", n)
		done := make(chan error, 1)
		create := func() { done <- created(ctx, other, key, "value", true) }
		if n%2 == 0 {
			create()
		} else {
			time.AfterFunc(20*time.Millisecond, create) // While the other client waits.
		}
		var err error
		seen, err = waitFor(ctx, s, waiter, key, seen)
		failed = errors.Join(failed, err, <-done)
	}
	return errors.Join(failed, created(ctx, other, "orders/a", "value", true), waits(ctx, waiter, seen))
}

// waitFor waits until the key is listed.
func waitFor(ctx context.Context, s inbox.Store, w inbox.Waiter, key, seen string) (string, error) {
	for {
		var err error
		if seen, err = w.Wait(ctx, "results/", seen); err != nil {
			return seen, err
		}
		listing, err := s.List(ctx, "")
		if err != nil {
			return seen, err
		}
		for _, e := range listing.Entries {
			if e.Key == key {
				return seen, nil
			}
		}
	}
}

// spareReturns is the number of times that Wait may return without a new key,
// because a store may report a key twice.
const spareReturns = 3

// waits checks that Wait waits if no key is new: its callers list after each
// return.
func waits(ctx context.Context, w inbox.Waiter, seen string) error {
	for range spareReturns + 1 {
		attempt, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		now, err := w.Wait(attempt, "results/", seen)
		if errors.Is(attempt.Err(), context.DeadlineExceeded) {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		seen = now
	}
	return fmt.Errorf("Wait returned %d times although no key is new", spareReturns+1)
}
