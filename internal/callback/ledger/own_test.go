package ledger_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// complete counts the complete Lists of a memory.
type complete struct {
	*memory

	lists atomic.Int32
}

func (c *complete) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if prefix == "" {
		c.lists.Add(1)
	}
	return c.memory.List(ctx, prefix)
}

// addTerms adds terms of earlier applies.
func (s *site) addTerms(t *testing.T) {
	t.Helper()
	for n := range 5 {
		key := fmt.Sprint(ledger.TermPrefix, id.ScopeHash("prod/default"), "/", n+1)
		if _, err := s.store.Create(t.Context(), key, []byte(`{"process":"p0","host":"h","terraform":"p0"}`)); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Minute)
}

// A Create lists the complete inbox for its first look and for its result. In
// between, and before changes, its own order is enough.
func TestOrder_listsTheCompleteInboxTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		s.delay = 0
		s.addTerms(t)
		store := &complete{memory: s.store}
		process := s.process("p1", func(cfg *ledger.Config) { cfg.Store = store })
		mustGet(t, process, s.request()) // The first one also takes a term.
		store.lists.Store(0)
		mustGet(t, process, s.request())
		if n := store.lists.Load(); n != 2 {
			t.Errorf("the second order listed the complete inbox %d times", n)
		}
	})
}

// hooked is a memory that calls hook after an intent was written.
type hooked struct {
	*memory

	hook func(ref string)
}

func (m *hooked) Create(ctx context.Context, key string, value []byte) (bool, error) {
	won, err := m.memory.Create(ctx, key, value)
	if ref, found := strings.CutSuffix(strings.TrimPrefix(key, ledger.OrderPrefix), "/intent"); found {
		m.hook(ref)
	}
	return won, err
}

// Between the intent and the second look, another apply takes a term or claims
// the order. Then the order is not sent.
func TestOrder_secondLookAfterTheIntent(t *testing.T) {
	t.Parallel()
	const other = `{"kind":"claimed","process":"p2","host":"h","terraform":"p2","nonce":"n"}`
	for name, key := range map[string]func(ref, ownTerm string) string{
		"term":  func(_, ownTerm string) string { return strings.TrimSuffix(ownTerm, "6") + "7" },
		"claim": func(ref, _ string) string { return ledger.TurnKey(ref, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite()
				s.addTerms(t)
				store := &hooked{memory: s.store}
				store.hook = func(ref string) {
					terms, err := s.store.List(t.Context(), ledger.TermPrefix)
					if err != nil || len(terms.Entries) != 6 {
						t.Errorf("the terms are %v (%v)", terms.Entries, err)
					}
					if _, err := s.store.Create(t.Context(), key(ref, terms.Entries[5].Key), []byte(other)); err != nil {
						t.Error(err)
					}
				}
				_, err := get(t.Context(), s.process("p1", func(cfg *ledger.Config) { cfg.Store = store }), s.request())
				if outcome(err) != ledger.OutcomeStopped || s.ordered() != 0 {
					t.Errorf("the order returned %v, and the service got %d orders", err, s.ordered())
				}
			})
		})
	}
}
