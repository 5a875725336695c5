package ledger_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// The tests of this file are counterexamples to simpler protocols. The tests of
// Ledger.Order and the walk also cover H1, H2, H4, H5 and others.

// H2b: if a process keeps its lock after Terraform has died, every later apply
// waits without end.
func TestTrace_orphanReleasesItsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = time.Hour
		connected, killed := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, killed)
		_, err := get(t.Context(), s.process("p1", func(c *ledger.Config) { c.Connected = connected }), s.request())
		if outcome(err) != ledger.OutcomeCancelled || s.turns() != "released" {
			t.Errorf("the orphan ended with %v, and the turns are %q", err, s.turns())
		}
		s.callbacks.Wait()
	})
}

// H3: an apply that is suspended between its look and its intent could place a
// second order.
func TestTrace_suspendedBeforeTheIntent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		slow := s.request()
		prepare := slow.Prepare
		slow.Prepare = func(ctx context.Context) (ledger.Sending, error) {
			time.Sleep(time.Hour)
			return prepare(ctx)
		}
		result := make(chan error)
		first := s.process("p1")
		go func() {
			_, err := get(t.Context(), first, slow)
			result <- err
		}()
		time.Sleep(time.Minute)
		mustGet(t, s.process("p2"), s.request())
		if err := <-result; outcome(err) != ledger.OutcomeStopped || s.ordered() != 1 {
			t.Errorf("the suspended apply returned %v, and there are %d orders", err, s.ordered())
		}
	})
}

// H3: a process that is older than another apply must not take the highest
// term.
func TestTrace_processOlderThanAnotherApply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		late := s.process("p1")
		time.Sleep(time.Minute)
		mustGet(t, s.process("p2"), s.request())
		s.set("p2", ledger.ProcessEnded)
		time.Sleep(time.Minute)
		_, err := get(t.Context(), late, s.request())
		if failed, ok := errors.AsType[*ledger.Error](err); !ok || failed.Outcome.Stop == nil || failed.Outcome.Stop.Reason != ledger.StopNewerApply {
			t.Errorf("the late process returned %v", err)
		}
		if list, err := s.store.List(t.Context(), ledger.TermPrefix); err != nil || len(list.Entries) != 1 {
			t.Errorf("the terms are %+v (%v)", list.Entries, err)
		}
	})
}

// H3: after a forced lock, an apply must not order a desktop that a newer state
// contains.
func TestTrace_applyOlderThanAConfirmation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		d := mustGet(t, s.process("p1"), s.request())
		s.set("p1", ledger.ProcessEnded)
		time.Sleep(time.Minute)
		late := s.process("p2")
		time.Sleep(time.Minute)
		if err := s.process("plan").Confirm(t.Context(), ledger.Reference{Ref: d.Ref(), Desktop: d.Desktop}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		_, err := get(t.Context(), late, s.request())
		if failed, ok := errors.AsType[*ledger.Error](err); !ok || failed.Outcome.Stop == nil || failed.Outcome.Stop.Reason != ledger.StopNewerApply || s.ordered() != 1 {
			t.Errorf("the late apply returned %v after %d orders", err, s.ordered())
		}
		s.set("p2", ledger.ProcessEnded)
		time.Sleep(time.Second)
		if next := mustGet(t, s.process("p3"), s.request()); next.Resumed || s.ordered() != 2 {
			t.Errorf("the next apply resumed %v after %d orders", next.Resumed, s.ordered())
		}
	})
}

// H5: claims and deliveries must use the same keys. With separate keys, both a
// suspended process and the one that claimed its order could succeed.
func TestTrace_deliveryAfterAClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		first, err := s.process("p1").Order(t.Context(), s.request())
		if err != nil {
			t.Fatal(err)
		}
		s.set("p1", ledger.ProcessDied)
		second := mustGet(t, s.process("p2"), s.request())
		if err := first.Deliver(t.Context()); outcome(err) != ledger.OutcomeOvertaken || second.Desktop != first.Desktop {
			t.Errorf("the process that continued returned %v", err)
		}
	})
}

// H11: two processes that hold an order one after the other could both resize
// its desktop.
func TestTrace_changeAfterAClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		changes := map[string]func(*ledger.Delivery) error{
			"BeforeGrow":   func(d *ledger.Delivery) error { return d.BeforeGrow(t.Context(), 50) },
			"BeforeChange": func(d *ledger.Delivery) error { return d.BeforeChange(t.Context()) },
		}
		for name, change := range changes {
			first, err := s.process("1"+name).Order(t.Context(), s.request())
			if err != nil {
				t.Fatal(err)
			}
			s.set("1"+name, ledger.ProcessDied)
			time.Sleep(time.Second)
			second, err := s.process("2"+name).Order(t.Context(), s.request())
			if err != nil {
				t.Fatal(err)
			}
			if err := change(first); outcome(err) != ledger.OutcomeOvertaken {
				t.Errorf("%s of a process whose order was claimed returned %v", name, err)
			}
			for key := range s.store.values {
				if strings.Contains(key, "/disk-") {
					t.Errorf("%s wrote %s", name, key)
				}
			}
			s.set("2"+name, ledger.ProcessEnded)
			if err := second.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.process("plan"+name).Confirm(t.Context(), ledger.Reference{Ref: second.Ref(), Desktop: second.Desktop}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
	})
}

// H6: Confirm must write its turn before it deletes keys, because these keys
// prevent a second delivery.
func TestTrace_confirmWritesItsTurnBeforeItDeletes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		d := mustGet(t, s.process("p1"), s.request())
		f := &freezer{Store: s.store}
		plan := s.process("plan", func(c *ledger.Config) { c.Store = f })
		if err := plan.Confirm(t.Context(), ledger.Reference{Ref: d.Ref(), Desktop: d.Desktop}); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(f.shapes, " ")
		if !strings.HasSuffix(got, "Create orders/…/turn-… Delete") || strings.Count(got, "Delete") != 1 {
			t.Errorf("Confirm did %s", got)
		}
		f.shapes = nil
		if err := plan.Confirm(t.Context(), ledger.Reference{Ref: d.Ref(), Desktop: d.Desktop}); err != nil || len(f.shapes) > 0 {
			t.Errorf("in the same process again, Confirm did %s (%v)", strings.Join(f.shapes, " "), err)
		}
		if err := s.process("plan2", func(c *ledger.Config) { c.Store = f }).Confirm(t.Context(), ledger.Reference{Ref: d.Ref()}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.shapes, " "); strings.Contains(got, "Create") || strings.Contains(got, "Delete") || strings.Count(got, "List") != 1 {
			t.Errorf("with nothing left to confirm, Confirm did %s", got)
		}
	})
}

// H7: a repeated callback must not store the password again.
func TestTrace_repeatedCallbackAfterConfirm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		d := mustGet(t, s.process("p1"), s.request())
		if err := s.process("plan").Confirm(t.Context(), ledger.Reference{Ref: d.Ref(), Desktop: d.Desktop}); err != nil {
			t.Fatal(err)
		}
		s.callback(t.Context(), d.Ref(), body{"0", d.Desktop.Username, d.Desktop.UUID, "secret-again"})
		// A receiver that checked the order before the confirmation still
		// stores the result.
		if _, err := s.store.Create(t.Context(), ledger.ResultKey(d.Ref()), []byte(`{"Status":"0","Password":"secret-late"}`)); err != nil {
			t.Fatal(err)
		}
		s.set("p1", ledger.ProcessEnded)
		time.Sleep(time.Second)
		mustGet(t, s.process("p2"), s.request())
		for key, value := range s.store.values {
			if text := string(value.text); strings.Contains(text, "secret-again") || strings.Contains(text, "secret-late") {
				t.Errorf("%s holds a password: %s", key, text)
			}
		}
	})
}

// readOnly is an inbox without write permission, as for a drift check.
type readOnly struct{ inbox.Store }

var errDenied = errors.New("access denied")

func (readOnly) Create(context.Context, string, []byte) (bool, error) { return false, errDenied }

// H8: a plan that cannot write returns an error, confirms nothing, and keeps
// the reference.
func TestTrace_planThatCannotWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		d := mustGet(t, s.process("p1"), s.request())
		plan := s.process("plan", func(c *ledger.Config) { c.Store = readOnly{s.store} })
		if err := plan.Confirm(t.Context(), ledger.Reference{Ref: d.Ref()}); !errors.Is(err, errDenied) {
			t.Errorf("Confirm returned %v", err)
		}
		if plan.Confirmed(d.Ref()) {
			t.Error("the order counts as confirmed")
		}
		v, err := plan.View(t.Context())
		if err != nil || ledger.Settled(v, d.Ref()) {
			t.Errorf("the reference would be removed (%v)", err)
		}
	})
}

// H10: two Creates of one process must not both claim a released order.
func TestTrace_twoCreatesOfOneProcessClaimOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = time.Minute
		interrupted, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, _ = get(interrupted, s.process("p1"), s.request())
		s.set("p1", ledger.ProcessEnded)
		time.Sleep(2 * time.Minute)
		second := s.process("p2", func(cfg *ledger.Config) { cfg.Store = slowTurns{s.store} })
		var uuids [2]string
		var group sync.WaitGroup
		for i := range uuids {
			group.Go(func() {
				d, err := get(t.Context(), second, s.request())
				if err != nil {
					t.Error(err)
					return
				}
				uuids[i] = d.Desktop.UUID
			})
		}
		group.Wait()
		if uuids[0] == uuids[1] || s.ordered() != 2 {
			t.Errorf("the Creates delivered %v after %d orders", uuids, s.ordered())
		}
	})
}

// slowTurns is a memory in which a turn takes so long that another Create looks
// in the meantime.
type slowTurns struct{ *memory }

func (m slowTurns) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if strings.Contains(key, "/turn-") {
		time.Sleep(5 * time.Second)
	}
	return m.memory.Create(ctx, key, value)
}

// Two processes find a free order at the same time: one claims it, the other
// waits and then places its own order.
func TestTrace_twoProcessesClaimOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, _ = get(ctx, s.process("p1"), s.request())
		s.callbacks.Wait()
		gate := &gate{Store: s.store, open: make(chan struct{})}
		var group sync.WaitGroup
		for _, name := range []string{"p2", "p3"} {
			l := s.process(name, func(c *ledger.Config) { c.Store = gate })
			group.Go(func() {
				if _, err := get(t.Context(), l, s.request()); outcome(err) == ledger.OutcomeOvertaken {
					t.Errorf("%s claimed an order that another process had claimed: %v", name, err)
				}
			})
		}
		synctest.Wait()
		close(gate.open)
		time.Sleep(time.Minute)
		s.set("p2", ledger.ProcessDied)
		s.set("p3", ledger.ProcessDied)
		group.Wait()
	})
}

// gate blocks the first turns until all processes are ready to write one.
type gate struct {
	inbox.Store

	open chan struct{}
}

func (g *gate) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if strings.Contains(key, "/turn-") {
		<-g.open
	}
	return g.Store.Create(ctx, key, value)
}

// H12: a refused order with a success callback must be resumed, not placed
// again.
func TestTrace_refusedThenSuccessIsResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.answer = ledger.Answer{Kind: ledger.AnswerRefused, Err: errDenied}
		if _, err := get(t.Context(), s.process("p1"), s.request()); outcome(err) != ledger.OutcomeRefused {
			t.Fatal(err)
		}
		v, err := s.process("viewer").View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.callback(t.Context(), v.Orders[0].Ref, body{"0", "dev_01", "uuid-x", "secret"})
		s.answer = ledger.Answer{Kind: ledger.AnswerAccepted}
		time.Sleep(time.Second)
		if d := mustGet(t, s.process("p2"), s.request()); d.Desktop.UUID != "uuid-x" || s.ordered() != 0 {
			t.Errorf("%+v was delivered after %d orders", d.Desktop, s.ordered())
		}
	})
}

// An order that is being sent is not released before the HTTP call has
// returned, because the answer may be a refusal.
func TestTrace_interruptDuringThePOST(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		req := s.request()
		prepare, returned := req.Prepare, false
		req.Prepare = func(ctx context.Context) (ledger.Sending, error) {
			sending, err := prepare(ctx)
			sending.Post = func(context.Context) ledger.Answer {
				time.Sleep(5 * time.Second)
				if got := s.turns(); got != "" { //nolint:contextcheck // It reads the store of the test.
					t.Errorf("the turns are %q during the POST", got)
				}
				returned = true
				return ledger.Answer{Kind: ledger.AnswerUnknown}
			}
			return sending, err
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := get(ctx, s.process("p1"), req)
		if outcome(err) != ledger.OutcomeCancelled || !returned || s.turns() != "released" {
			t.Errorf("the turns are %q: %v", s.turns(), err)
		}
	})
}
