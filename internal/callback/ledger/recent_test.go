package ledger_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// slowLists is a memory whose complete Lists take a second, so that a ledger
// pauses between two of them.
type slowLists struct{ *complete }

func (s slowLists) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if prefix == "" {
		time.Sleep(time.Second)
	}
	return s.complete.List(ctx, prefix)
}

// beforeTerm is a Store that calls a function before it writes a term.
type beforeTerm struct {
	inbox.Store

	call func()
}

func (b beforeTerm) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if strings.HasPrefix(key, ledger.TermPrefix) {
		b.call()
	}
	return b.Store.Create(ctx, key, value)
}

// A first look shares a List that began before its Create.
func TestOrder_firstLookUsesARecentList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = 0
		store := &complete{memory: s.store}
		process := s.process("p1", func(cfg *ledger.Config) { cfg.Store = slowLists{store} })
		mustGet(t, process, s.request()) // It also takes a term.
		for _, want := range []struct {
			pause time.Duration
			lists int32
		}{{0, 1}, {time.Minute, 2}} {
			time.Sleep(want.pause)
			store.lists.Store(0)
			mustGet(t, process, s.request())
			if n := store.lists.Load(); n != want.lists {
				t.Errorf("after %v: %d complete Lists, want %d", want.pause, n, want.lists)
			}
		}
	})
}

// A Create resumes an order that another Create of its process has just released.
func TestOrder_firstLookSeesAReleasedOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		process := s.process("p1", func(cfg *ledger.Config) { cfg.Store = slowLists{&complete{memory: s.store}} })
		ctx, cancel := context.WithCancel(t.Context())
		sent := s.request()
		prepare := sent.Prepare
		sent.Prepare = func(ctx context.Context) (ledger.Sending, error) {
			sending, err := prepare(ctx)
			post := sending.Post
			sending.Post = func(ctx context.Context) ledger.Answer {
				defer cancel()
				return post(ctx)
			}
			return sending, err
		}
		if _, err := get(ctx, process, sent); outcome(err) != ledger.OutcomeCancelled {
			t.Errorf("the first order returned %v", err)
		}
		mustGet(t, process, s.request())
		if s.ordered() != 1 {
			t.Errorf("the service got %d orders", s.ordered())
		}
	})
}

// A List that began before the term was written may miss an order of another
// process, which is sent if its second look did not see the term.
func TestOrder_firstLookUsesNoListFromBeforeItsTerm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		first := s.process("p1")
		other := s.request() // It takes the term.
		other.OS = "win11"
		mustGet(t, first, other)
		time.Sleep(time.Minute)
		s.delay = 10 * time.Minute
		cancelled, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		store := beforeTerm{slowLists{&complete{memory: s.store}}, func() {
			group.Go(func() {
				if _, err := get(t.Context(), first, s.request()); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // Its order is sent.
			cancel()        // The List after the term has not begun when the next Create looks.
		}}
		second := s.process("p2", func(cfg *ledger.Config) { cfg.Store = store })
		group.Go(func() { _, _ = get(cancelled, second, s.request()) })
		synctest.Wait()
		wait := s.request()
		wait.Timeout = 5 * time.Minute
		if _, err := get(t.Context(), second, wait); outcome(err) != ledger.OutcomeStopped || s.ordered() != 2 {
			t.Errorf("the second process returned %v, and the service got %d orders", err, s.ordered())
		}
		group.Wait()
	})
}
