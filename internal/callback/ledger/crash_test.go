package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// moment is the point of an operation at which a process stops.
type moment int

const (
	before moment = iota
	afterError
	after
)

func (m moment) String() string { return [...]string{"before", "after, with an error", "after"}[m] }

// freezer is a Store that counts the operations of a process and suspends the
// process at one of them.
type freezer struct {
	inbox.Store

	mu     sync.Mutex
	count  int
	at     int
	moment moment
	frozen chan struct{} // Closed when the process is suspended.
	thaw   chan struct{} // Closed when the process continues.
	shapes []string
}

var errFrozen = errors.New("the connection broke")

// varies matches references, hashes and numbers in keys.
var varies = regexp.MustCompile(`\b[a-z2-7]{8}-[a-z2-7]{16}\b|\b[a-z2-7]{16}\b|(terms|baselines)/[a-z2-7]{8}|[0-9]+`)

// operation runs do, or suspends the process before or after it.
func (f *freezer) operation(name string, do func() error) error {
	f.mu.Lock()
	f.count++
	hit := f.count == f.at
	f.shapes = append(f.shapes, name)
	f.mu.Unlock()
	if hit && f.moment == before {
		f.freeze()
	}
	// A process that is suspended between the last look and the POST and
	// continues after its order was closed sends the order: a known limit. Here
	// such a process dies instead.
	if name == "POST" && (hit && f.moment == before || f.count == f.at+1 && f.moment == after) {
		runtime.Goexit()
	}
	err := do()
	if hit && f.moment != before {
		f.freeze()
		if f.moment == afterError {
			err = errFrozen
		}
	}
	return err
}

func (f *freezer) freeze() {
	close(f.frozen)
	<-f.thaw
}

func (f *freezer) Create(ctx context.Context, key string, value []byte) (won bool, err error) {
	shape := "Create " + varies.ReplaceAllString(key, "$1…")
	err = f.operation(shape, func() error {
		won, err = f.Store.Create(ctx, key, value)
		return err
	})
	return won && err == nil, err
}

func (f *freezer) Get(ctx context.Context, key string) (value []byte, err error) {
	err = f.operation("Get", func() error { value, err = f.Store.Get(ctx, key); return err })
	return value, err
}

func (f *freezer) List(ctx context.Context, prefix string) (list inbox.Listing, err error) {
	err = f.operation("List", func() error { list, err = f.Store.List(ctx, prefix); return err })
	return list, err
}

func (f *freezer) Delete(ctx context.Context, keys ...string) error {
	return f.operation("Delete", func() error { return f.Store.Delete(ctx, keys...) })
}

// crash runs an order in a process that is suspended at an operation, completes
// the order in a second process, and continues the first one. It reports
// whether the operation was reached, and returns the kinds of the keys that
// were created.
func crash(t *testing.T, at int, m moment, dies bool) (reached bool, creates []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		f := &freezer{Store: s.store, at: at, moment: m, frozen: make(chan struct{}), thaw: make(chan struct{})}
		first := s.process("p1", func(c *ledger.Config) { c.Store = f })
		req := s.request()
		prepare := req.Prepare
		req.Prepare = func(ctx context.Context) (ledger.Sending, error) {
			sending, err := prepare(ctx)
			post := sending.Post
			sending.Post = func(ctx context.Context) (answer ledger.Answer) {
				_ = f.operation("POST", func() error { answer = post(ctx); return nil })
				if f.moment == afterError && slices.Contains(f.shapes, "POST") && f.count == f.at {
					answer = ledger.Answer{Kind: ledger.AnswerUnknown, Err: errFrozen}
				}
				return answer
			}
			return sending, err
		}
		var delivered *ledger.Delivery
		err := errFrozen
		done := make(chan struct{})
		go func() {
			defer close(done)
			delivered, err = get(t.Context(), first, req)
		}()
		select {
		case <-f.frozen:
			reached = true
		case <-done:
		}
		if reached && dies {
			s.set("p1", ledger.ProcessDied)
		} else {
			s.set("p1", ledger.ProcessEnded)
		}
		time.Sleep(time.Second)
		uuid := s.finish(t)
		close(f.thaw)
		<-done
		s.callbacks.Wait()
		s.checkAfter(t, fmt.Sprintf("operation %d, %s", at, m), uuid, delivered, err)
		for _, shape := range f.shapes {
			if strings.HasPrefix(shape, "Create") || shape == "POST" {
				creates = append(creates, shape)
			}
		}
	})
	return reached, creates
}

// finish orders in a second process and runs the commands in its errors.
func (s *site) finish(t *testing.T) string {
	t.Helper()
	second := s.process("p2")
	for range 3 {
		d, err := get(t.Context(), second, s.request())
		if err == nil {
			return d.Desktop.UUID
		}
		failed, ok := errors.AsType[*ledger.Error](err)
		if !ok || failed.Outcome.Ref == "" {
			t.Fatal(err)
		}
		if failed.Outcome.Kind == ledger.OutcomeNoCallback {
			_, err = second.CloseOrder(t.Context(), failed.Outcome.Ref, "the service has none")
		} else {
			err = second.Release(t.Context(), failed.Outcome.Ref, ledger.Desktop{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("three applies deliver no desktop")
	return ""
}

// checkAfter checks that the service got one order, and that the two processes
// did not both deliver a desktop.
func (s *site) checkAfter(t *testing.T, where, uuid string, delivered *ledger.Delivery, err error) {
	t.Helper()
	if got := s.ordered(); got != 1 {
		t.Errorf("%s: the service got %d orders", where, got)
	}
	if uuid == "" {
		t.Errorf("%s: no desktop was delivered", where)
	}
	if err == nil && delivered.Desktop.UUID != uuid {
		t.Errorf("%s: the process that continued delivered %s, the second %s", where, delivered.Desktop.UUID, uuid)
	}
	if err == nil && !strings.Contains(s.turns(), "delivered claimed delivered") && !strings.Contains(s.turns(), "delivered released claimed delivered") {
		t.Errorf("%s: two processes delivered %s; the turns are %q", where, uuid, s.turns())
	}
}

func TestCrash_atEveryOperation(t *testing.T) {
	t.Parallel()
	for _, dies := range []bool{true, false} {
		for _, m := range []moment{before, afterError, after} {
			n := 1
			for ; ; n++ {
				if reached, _ := crash(t, n, m, dies); !reached {
					break
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("%d operations, %s, died %v", n-1, m, dies)
		}
	}
}

// The list is complete. A new operation must be added here, so that a crash
// before and after it is considered.
func TestCrash_reachesEveryWrite(t *testing.T) {
	t.Parallel()
	_, creates := crash(t, 1<<20, before, true)
	want := []string{
		"Create terms…/…", "Create baselines…/…/…", "Create orders/…/intent", "POST", "Create orders/…/accepted",
		"Create orders/…/disk-…", "Create orders/…/turn-…",
	}
	if !slices.Equal(creates, want) {
		t.Errorf("an order writes\n%s\nwant\n%s", strings.Join(creates, "\n"), strings.Join(want, "\n"))
	}
}
