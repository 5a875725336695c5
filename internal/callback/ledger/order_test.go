package ledger_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

func TestOrder_deliversTheDesktopOfTheCallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		d := mustGet(t, s.process("p1"), s.request())
		if d.Desktop.UUID != "uuid-1" || d.Resumed || !strings.Contains(string(d.Body), "secret-uuid-1") {
			t.Errorf("the order delivered %+v (%s)", d.Desktop, d.Body)
		}
		if got := s.turns(); got != "delivered" {
			t.Errorf("the turns are %q", got)
		}
	})
}

// A callback with a desktop that existed before is stored as the result, so the
// receiver stores the real result as evidence.
func TestOrder_resultAfterAnotherCallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.silent = true
		s.desktops = []ledger.Desktop{{Username: "dev_09", UUID: "old"}}
		req := s.request()
		prepare := req.Prepare
		req.Prepare = func(ctx context.Context) (ledger.Sending, error) {
			sending, err := prepare(ctx)
			post := sending.Post
			sending.Post = func(ctx context.Context) ledger.Answer {
				s.callback(ctx, sending.Ref, body{Status: "0", Username: "dev_09", UUID: "old"})
				second := receiver.Evidence{Reason: receiver.Repeated, Body: []byte(`{"Status":"0","Username":"dev_01","UUID":"uuid-1"}`)}
				if err := second.Store(ctx, s.store, sending.Ref); err != nil {
					t.Error(err)
				}
				return post(ctx)
			}
			return sending, err
		}
		if d := mustGet(t, s.process("p1"), req); d.Desktop.UUID != "uuid-1" {
			t.Errorf("the order delivered %+v", d.Desktop)
		}
	})
}

func TestOrder_resumesTheOrderOfADeadProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = time.Minute
		ctx, cancel := context.WithCancel(t.Context())
		dead := s.process("p1")
		go func() { _, _ = dead.Order(ctx, s.request()) }()
		time.Sleep(30 * time.Second)
		s.set("p1", ledger.ProcessDied)
		d := mustGet(t, s.process("p2"), s.request())
		cancel()
		if s.ordered() != 1 || !d.Resumed || d.Desktop.UUID != "uuid-1" {
			t.Errorf("%d orders were placed, and %+v was delivered", s.ordered(), d.Desktop)
		}
	})
}

func TestOrder_waitsForALivingHolder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = 2 * time.Hour
		defer s.callbacks.Wait()
		long := s.request()
		long.Timeout = 3 * time.Hour
		go func() { _, _ = s.process("p1").Order(t.Context(), long) }()
		time.Sleep(time.Minute)
		_, err := get(t.Context(), s.process("p2"), s.request())
		if outcome(err) != ledger.OutcomeStopped || s.ordered() != 1 {
			t.Fatalf("the second apply returned %v after %d orders", err, s.ordered())
		}
		for _, want := range []string{"process 7", "host runner", "orders show ", " --inbox X"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error does not contain %q: %v", want, err)
			}
		}
	})
}

func TestOrder_releasesWhenInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		_, err := get(ctx, s.process("p1"), s.request())
		if outcome(err) != ledger.OutcomeCancelled || s.turns() != "released" || !strings.Contains(err.Error(), "The next apply resumes order") {
			t.Errorf("the turns are %q: %v", s.turns(), err)
		}
		s.callbacks.Wait()
	})
}

func TestOrder_storedResultAfterTheTimeout(t *testing.T) {
	t.Parallel()
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			s := newSite()
			s.delay = time.Minute
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Minute+time.Nanosecond, cancel)
			if d, err := s.process("p1").Order(ctx, s.request()); err != nil || d.Desktop.UUID != "uuid-1" {
				t.Errorf("Order returned %v", err)
			}
		})
	}
}

func TestOrder_deliveryOfAnEndedProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		first := mustGet(t, s.process("p1"), s.request())
		s.set("p1", ledger.ProcessEnded)
		time.Sleep(time.Second)
		second := s.process("p2")
		_, err := get(t.Context(), second, s.request())
		if outcome(err) != ledger.OutcomeStopped || !strings.Contains(err.Error(), "orders release "+first.Ref()+" --inbox X") {
			t.Fatalf("the second apply returned %v", err)
		}
		if err := second.Release(t.Context(), first.Ref(), ledger.Desktop{}); err != nil {
			t.Fatal(err)
		}
		if d := mustGet(t, second, s.request()); d.Desktop != first.Desktop || s.ordered() != 1 {
			t.Errorf("%+v was delivered after %d orders", d.Desktop, s.ordered())
		}
	})
}

func TestOrder_namesCandidatesWhenNoCallbackComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.silent = true
		_, err := get(t.Context(), s.process("p1"), s.request())
		if outcome(err) != ledger.OutcomeNoCallback || s.turns() != "looked released" {
			t.Fatalf("the turns are %q: %v", s.turns(), err)
		}
		for _, want := range []string{"uuid-1 of user dev_01", "--desktop UUID", "orders close "} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error does not contain %q: %v", want, err)
			}
		}
	})
}

func TestOrder_reordersAfterTwoLooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.silent = true
		reorder := func(c *ledger.Config) { c.Reorder = true }
		req := s.request()
		warned := ""
		req.Warn = func(message string) { warned = message }
		req.List = func(context.Context) ([]ledger.Desktop, error) { return nil, nil }
		if _, err := get(t.Context(), s.process("p1", reorder), req); outcome(err) != ledger.OutcomeNoCallback {
			t.Fatal(err)
		}
		time.AfterFunc(30*time.Second, func() { s.mu.Lock(); s.silent = false; s.mu.Unlock() })
		s.set("p1", ledger.ProcessEnded)
		time.Sleep(10 * time.Minute)
		d := mustGet(t, s.process("p2", reorder), req)
		if d.Desktop.UUID != "uuid-2" || !strings.Contains(warned, "was closed") {
			t.Errorf("%+v was delivered, with the warning %q", d.Desktop, warned)
		}
	})
}

func TestOrder_refusedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.answer = ledger.Answer{Kind: ledger.AnswerRefused, Err: context.Canceled}
		if _, err := get(t.Context(), s.process("p1"), s.request()); outcome(err) != ledger.OutcomeRefused {
			t.Fatal(err)
		}
		s.answer = ledger.Answer{Kind: ledger.AnswerAccepted}
		time.Sleep(time.Second)
		if d := mustGet(t, s.process("p2"), s.request()); d.Resumed {
			t.Error("a refused order was resumed")
		}
	})
}

func TestOrder_stopsAtASealedCallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.sealed = true
		_, err := get(t.Context(), s.process("p1"), s.request())
		if outcome(err) != ledger.OutcomeStopped || s.turns() != "released" {
			t.Fatalf("the turns are %q: %v", s.turns(), err)
		}
	})
}

func TestOrder_rejectsADesktopThatExistedBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		old := ledger.Desktop{Username: "dev_00", UUID: "old"}
		s.desktops = []ledger.Desktop{old}
		req := s.request()
		prepare := req.Prepare
		req.Prepare = func(ctx context.Context) (ledger.Sending, error) {
			sending, err := prepare(ctx)
			time.AfterFunc(time.Second, func() {
				s.callback(context.WithoutCancel(ctx), sending.Ref, body{"0", old.Username, old.UUID, "x"})
			})
			return sending, err
		}
		if d := mustGet(t, s.process("p1"), req); d.Desktop.UUID != "uuid-1" {
			t.Errorf("%+v was delivered", d.Desktop)
		}
	})
}

func TestConfirm_deletesAllButTheTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		d := mustGet(t, s.process("p1"), s.request())
		plan := s.process("plan")
		if err := plan.Confirm(t.Context(), ledger.Reference{Ref: d.Ref(), Desktop: d.Desktop}); err != nil {
			t.Fatal(err)
		}
		list, err := s.store.List(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range list.Entries {
			of := strings.Contains(entry.Key, d.Ref()) || entry.Key == ledger.ResultKey(d.Ref())
			if of && !strings.Contains(entry.Key, "/turn-") {
				t.Errorf("%s is still there", entry.Key)
			}
		}
		if got := s.turns(); got != "delivered confirmed" {
			t.Errorf("the turns are %q", got)
		}
		s.set("p1", ledger.ProcessEnded)
		time.Sleep(time.Second)
		if next := mustGet(t, s.process("p2"), s.request()); next.Resumed {
			t.Error("a confirmed order was resumed")
		}
	})
}

func TestCloseOrder_removesThePassword(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		ctx, cancel := context.WithCancel(t.Context())
		l := s.process("p1")
		time.AfterFunc(time.Second, cancel)
		_, _ = get(ctx, l, s.request())
		s.callbacks.Wait()
		v, _ := l.View(t.Context())
		desktop, err := l.CloseOrder(t.Context(), v.Orders[0].Ref, "test")
		if err != nil || desktop.UUID != "uuid-1" {
			t.Fatalf("CloseOrder returned %+v, %v", desktop, err)
		}
		s.callback(t.Context(), v.Orders[0].Ref, body{"0", "dev_01", "uuid-1", "secret-again"})
		for key, value := range s.store.values {
			if strings.Contains(string(value.text), "secret") {
				t.Errorf("%s holds the password", key)
			}
		}
	})
}

func TestDelivery_Close(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		l := s.process("p1")
		d, err := l.Order(t.Context(), s.request())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(t.Context(), "the desktop belongs to another user"); err != nil {
			t.Fatal(err)
		}
		if got := s.turns(); got != "closed" {
			t.Errorf("the turns are %q", got)
		}
		for key, value := range s.store.values {
			if strings.Contains(string(value.text), "secret") {
				t.Errorf("%s holds the password", key)
			}
		}
	})
}
