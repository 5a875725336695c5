package ledger_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// fate is the fault of an apply at a random moment.
type fate int

const (
	finishes fate = iota
	killed
	interrupted
	sleeps // It continues after everything else has ended.
)

// plannedApply is one of the three applies of a test run (a story).
type plannedApply struct {
	fate     fate
	after    time.Duration // The time until its fault.
	delays   [2]time.Duration
	saved    bool
	confirms bool // A complete plan runs before it.
}

type story struct {
	applies  [3]plannedApply
	callback time.Duration
	unknown  bool // The answer to an order is lost.
}

func drawStory(rt *rapid.T) story {
	seconds := func(name string, most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most*10).Draw(rt, name)) * 100 * time.Millisecond
	}
	st := story{callback: seconds("callback", 600), unknown: rapid.Bool().Draw(rt, "unknown")}
	for i := range st.applies {
		st.applies[i] = plannedApply{
			fate:     fate(rapid.IntRange(int(finishes), int(sleeps)).Draw(rt, "fate")),
			after:    seconds("after", 700),
			delays:   [2]time.Duration{seconds("delay", 5), seconds("delay", 5)},
			saved:    rapid.Bool().Draw(rt, "saved"),
			confirms: rapid.Bool().Draw(rt, "confirms"),
		}
	}
	return st
}

// sleeper is the store of a process that can be suspended, for some time or
// until the end.
type sleeper struct {
	inbox.Store

	mu      sync.Mutex
	asleep  chan struct{} // Not nil while the process sleeps.
	stopped bool
}

func (s *sleeper) pass() {
	s.mu.Lock()
	asleep := s.asleep
	s.mu.Unlock()
	if asleep != nil {
		<-asleep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		runtime.Goexit()
	}
}

func (s *sleeper) Create(ctx context.Context, key string, value []byte) (bool, error) {
	s.pass()
	defer s.pass()
	return s.Store.Create(ctx, key, value)
}

func (s *sleeper) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	s.mu.Lock()
	asleep := s.asleep
	s.mu.Unlock()
	if asleep != nil {
		<-asleep // Other goroutines wait for a List.
	}
	return s.Store.List(ctx, prefix)
}

// runStory runs a story and returns the rule that it violates.
func runStory(t *testing.T, st story) (violation error) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = st.callback
		if st.unknown {
			s.answer = ledger.Answer{Kind: ledger.AnswerUnknown, Err: errFrozen}
		}
		storyRunner := &storyRunner{site: s}
		var wakes []func()
		for i, apply := range st.applies {
			if wake := storyRunner.apply(t, fmt.Sprintf("p%d", i), apply); wake != nil {
				wakes = append(wakes, wake)
			}
		}
		uuids := storyRunner.converge(t)
		for _, wake := range wakes {
			wake()
		}
		storyRunner.group.Wait()
		s.callbacks.Wait()
		switch {
		case storyRunner.failed != nil:
			violation = storyRunner.failed
		case s.ordered() > 2 && !storyRunner.closed:
			violation = fmt.Errorf("%d orders for two addresses; the turns are %s", s.ordered(), s.turns())
		case uuids[0] == uuids[1] && !storyRunner.died:
			violation = fmt.Errorf("both addresses have %s although no process died; the turns are %s", uuids[0], s.turns())
		}
	})
	return violation
}

// storyRunner is the Terraform of a story.
type storyRunner struct {
	*site

	saved  [2]ledger.Reference
	group  sync.WaitGroup
	died   bool
	closed bool
	failed error
}

// apply runs one apply. It returns a function that continues a suspended
// process.
func (w *storyRunner) apply(t *testing.T, name string, a plannedApply) (wake func()) {
	if a.confirms {
		w.confirm(t, name+"plan")
	}
	store := &sleeper{Store: w.store}
	l := w.process(name, func(c *ledger.Config) { c.Store = store })
	ctx, cancel := context.WithCancel(t.Context())
	memory, done := w.saved, make(chan struct{})
	var mu sync.Mutex
	var group sync.WaitGroup
	for address := range memory {
		if memory[address].Ref != "" {
			continue
		}
		group.Go(func() {
			time.Sleep(a.delays[address])
			if d, err := get(ctx, l, w.wakeful(store)); err == nil {
				mu.Lock()
				defer mu.Unlock()
				memory[address] = ledger.Reference{Ref: d.Ref(), Desktop: d.Desktop}
			}
		})
	}
	w.group.Go(func() { group.Wait(); cancel(); close(done) })
	if a.fate == finishes {
		<-done
	} else {
		select {
		case <-done:
		case <-time.After(a.after):
		}
	}
	mu.Lock()
	reached := memory
	mu.Unlock()
	wake = w.meet(name, a.fate, store, cancel, done)
	if a.saved {
		w.saved = reached
	}
	time.Sleep(time.Second)
	return wake
}

// meet applies the fault of an apply.
func (w *storyRunner) meet(name string, f fate, store *sleeper, cancel context.CancelFunc, done chan struct{}) (wake func()) {
	switch f {
	case finishes:
	case interrupted:
		cancel()
		<-done
	case killed, sleeps:
		w.died = true
		thaw := make(chan struct{})
		store.mu.Lock()
		store.asleep, store.stopped = thaw, f == killed
		store.mu.Unlock()
		w.set(name, ledger.ProcessDied)
		return func() { close(thaw) }
	}
	w.set(name, ledger.ProcessEnded)
	return nil
}

// wakeful is a request whose process does not send an order after it was
// suspended. Sending after a suspension between the last look and the POST is a
// known limit.
func (w *storyRunner) wakeful(store *sleeper) ledger.Request {
	req := w.request()
	prepare := req.Prepare
	req.Prepare = func(ctx context.Context) (ledger.Sending, error) {
		sending, err := prepare(ctx)
		post := sending.Post
		sending.Post = func(ctx context.Context) ledger.Answer {
			store.mu.Lock()
			asleep := store.asleep
			store.mu.Unlock()
			if asleep != nil {
				<-asleep
				runtime.Goexit()
			}
			return post(ctx)
		}
		return sending, err
	}
	return req
}

func (w *storyRunner) confirm(t *testing.T, name string) {
	plan := w.process(name)
	for _, ref := range w.saved {
		if ref.Ref == "" {
			continue
		}
		if err := plan.Confirm(t.Context(), ref); err != nil {
			w.failed = err
		}
	}
	w.set(name, ledger.ProcessEnded)
}

// converge applies without faults and runs the commands in the errors.
func (w *storyRunner) converge(t *testing.T) (uuids [2]string) {
	for round := range 8 {
		w.confirm(t, fmt.Sprintf("plan%d", round))
		name := fmt.Sprintf("q%d", round)
		l := w.process(name)
		for address := range w.saved {
			if w.saved[address].Ref != "" {
				continue
			}
			d, err := get(t.Context(), l, w.request())
			if err == nil {
				w.saved[address] = ledger.Reference{Ref: d.Ref(), Desktop: d.Desktop}
				continue
			}
			w.obey(t, l, err)
		}
		w.set(name, ledger.ProcessEnded)
		time.Sleep(time.Second)
	}
	for address, ref := range w.saved {
		if ref.Ref == "" {
			w.failed = errors.Join(w.failed, fmt.Errorf("address %d has no desktop after eight applies", address))
		}
		uuids[address] = ref.Desktop.UUID
	}
	return uuids
}

func (w *storyRunner) obey(t *testing.T, l *ledger.Ledger, err error) {
	failed, ok := errors.AsType[*ledger.Error](err)
	switch {
	case !ok || failed.Outcome.Ref == "":
		w.failed = err
	case failed.Outcome.Kind == ledger.OutcomeNoCallback:
		w.closed = true
		_, err = l.CloseOrder(t.Context(), failed.Outcome.Ref, "the service has none")
	case failed.Outcome.Kind == ledger.OutcomeStopped && failed.Outcome.Stop.Reason == ledger.StopUnconfirmed:
		err = l.Release(t.Context(), failed.Outcome.Ref, ledger.Desktop{})
	default:
		return
	}
	_ = err // The message of the other address may have named the same order.
}

// TestRandom_threeApplies runs 300 stories; -rapid.checks=50000 runs more.
func TestRandom_threeApplies(t *testing.T) {
	t.Parallel()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("300"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		// A failure inside the bubble must be reported outside it.
		if err := runStory(t, drawStory(rt)); err != nil {
			rt.Fatal(err)
		}
	})
}
