package ledger_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// orphan returns a process whose Terraform was killed after a minute. It has
// released its order, whose callback arrives after delay.
func orphan(t *testing.T, s *site, delay time.Duration) *ledger.Ledger {
	t.Helper()
	s.delay = delay
	connected, killed := context.WithCancel(t.Context())
	time.AfterFunc(time.Minute, killed)
	l := s.process("p1", func(c *ledger.Config) { c.Connected = connected })
	if _, err := get(t.Context(), l, s.request()); outcome(err) != ledger.OutcomeCancelled {
		t.Fatal(err)
	}
	l.WaitReturned()
	return l
}

func TestWaitResults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		delay time.Duration
		event func(ctx context.Context, s *site, ref string) error // It happens after ten minutes.
		after time.Duration                                        // The time since the order.
	}{
		"the callback":    {5 * time.Minute, nil, 5 * time.Minute},
		"the deadline":    {24 * time.Hour, nil, 30 * time.Minute},
		"orders close":    {24 * time.Hour, closeOrder, 10 * time.Minute},
		"a later apply":   {24 * time.Hour, claimOrder, 30 * time.Minute},
		"no order at all": {24 * time.Hour, markUnsent, 10 * time.Minute},
		"a late callback": {20 * time.Minute, claimOrder, 20 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, began := newSite(), time.Now()
			l := orphan(t, s, test.delay)
			v, err := l.View(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(10*time.Minute-time.Since(began), func() {
				if test.event == nil {
					return
				}
				if err := test.event(t.Context(), s, v.Orders[0].Ref); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			if err := l.WaitResults(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(began); took < test.after || took > test.after+5*time.Second {
				t.Errorf("%s: the orphan ended after %s, want %s", name, took, test.after)
			}
			s.callbacks.Wait()
		})
	}
}

func closeOrder(ctx context.Context, s *site, ref string) error {
	_, err := s.process("command").CloseOrder(ctx, ref, "test")
	return err
}

// claimOrder does not affect the process, because the callback is still sent to
// it.
func claimOrder(ctx context.Context, s *site, ref string) error {
	_, err := s.store.Create(ctx, ledger.TurnKey(ref, 2), []byte(`{"kind":"claimed","process":"p2","nonce":"n"}`))
	return err
}

func markUnsent(ctx context.Context, s *site, ref string) error {
	_, err := s.store.Create(ctx, ledger.OrderPrefix+ref+"/unsent", []byte(`{}`))
	return err
}

func TestWaitResults_endsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		l := orphan(t, s, 10*time.Minute)
		stopped := errors.New("stopped")
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { stop(stopped) })
		if err := l.WaitResults(ctx); !errors.Is(err, stopped) {
			t.Errorf("WaitResults returned %v", err)
		}
		s.callbacks.Wait()
	})
}

// A process does not wait for the orders of other processes.
func TestWaitResults_ordersOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		orphan(t, s, 10*time.Minute)
		began := time.Now()
		if err := s.process("p2").WaitResults(t.Context()); err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("it took %s: %v", time.Since(began), err)
		}
		s.callbacks.Wait()
	})
}

// If the inbox cannot be read for some time, the process does not end, because
// it would not receive the callback.
func TestWaitResults_inboxThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, began := newSite(), time.Now()
		l := orphan(t, s, 5*time.Minute)
		time.AfterFunc(time.Minute, func() { s.store.fail(errDenied) })
		time.AfterFunc(7*time.Minute, func() { s.store.fail(nil) })
		if err := l.WaitResults(t.Context()); err != nil || time.Since(began) < 7*time.Minute {
			t.Errorf("WaitResults returned %v after %s", err, time.Since(began))
		}
		s.callbacks.Wait()
	})
}
