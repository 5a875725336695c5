package inboxtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

func TestMemory_passesTheSuite(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) Inbox { return around(NewMemory(), nil) })
}

// around returns an inbox whose clients are wrapped by wrap.
func around(m *Memory, wrap func(inbox.Store) inbox.Store) Inbox {
	open := func() inbox.Store { return waiting{m} }
	if wrap != nil {
		open = func() inbox.Store { return wrap(m) }
	}
	return Inbox{
		Open:       open,
		LoseAnswer: func() inbox.Store { return &lossy{Store: open()} },
		Restart:    func() error { return nil },
	}
}

// waiting is a Memory whose clients can wait; they poll.
type waiting struct{ *Memory }

func (w waiting) Wait(ctx context.Context, prefix, seen string) (string, error) {
	for {
		listing, err := w.List(ctx, prefix)
		if now := fmt.Sprint(len(listing.Entries)); err != nil || now != seen {
			return now, err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return seen, ctx.Err()
		}
	}
}

var errLost = errors.New("the answer was lost")

// lossy returns errLost for its first write.
type lossy struct {
	inbox.Store
	once sync.Once
}

func (l *lossy) lose(err error) error {
	l.once.Do(func() { err = errors.Join(err, errLost) })
	return err
}

func (l *lossy) Create(ctx context.Context, key string, value []byte) (bool, error) {
	won, err := l.Store.Create(ctx, key, value)
	return won, l.lose(err)
}

func (l *lossy) Replace(ctx context.Context, key string, value []byte) error {
	return l.lose(l.Store.Replace(ctx, key, value))
}

func (l *lossy) Delete(ctx context.Context, keys ...string) error {
	return l.lose(l.Store.Delete(ctx, keys...))
}

// overwrites is a Store that ignores the condition of Create.
type overwrites struct{ inbox.Store }

func (o overwrites) Create(ctx context.Context, key string, value []byte) (bool, error) {
	return true, errors.Join(o.Delete(ctx, key), second(o.Store.Create(ctx, key, value)))
}

// checksFirst checks the key before it writes. Another client can write between
// the two.
type checksFirst struct{ inbox.Store }

func (c checksFirst) Create(ctx context.Context, key string, value []byte) (bool, error) {
	held, err := c.Get(ctx, key)
	if !errors.Is(err, inbox.ErrNotExist) {
		return string(held) == string(value), err
	}
	time.Sleep(time.Millisecond) // The gap.
	return overwrites(c).Create(ctx, key, value)
}

// losesValues loses a tenth of the values.
type losesValues struct{ inbox.Store }

func (f losesValues) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if strings.HasPrefix(key, "results/") && rand.IntN(10) == 0 { //nolint:gosec // No secret.
		return true, nil
	}
	return f.Store.Create(ctx, key, value)
}

// stale returns the result of the List before.
type stale struct {
	inbox.Store
	mu   sync.Mutex
	last inbox.Listing
}

func (s *stale) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	listing, err := s.Store.List(ctx, prefix)
	listing, s.last = s.last, listing
	return listing, err
}

// rejectsEqualValue reports false if the key already holds this value.
type rejectsEqualValue struct{ inbox.Store }

func (r rejectsEqualValue) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if _, err := r.Get(ctx, key); err == nil {
		return false, nil
	}
	return r.Store.Create(ctx, key, value)
}

// detached continues after the end of its context.
type detached struct{ inbox.Store }

func (d detached) Delete(ctx context.Context, keys ...string) error {
	return d.Store.Delete(context.WithoutCancel(ctx), keys...)
}

// neverNotifies does not notice new keys: its Wait returns an error.
type neverNotifies struct{ inbox.Store }

func (neverNotifies) Wait(context.Context, string, string) (string, error) {
	return "", errors.New("nothing happens here")
}

// neverWaits returns from Wait at once, so that its callers list all the time.
type neverWaits struct{ inbox.Store }

func (neverWaits) Wait(ctx context.Context, _, _ string) (string, error) { return "", ctx.Err() }

func second(_ bool, err error) error { return err }

// Each of these stores breaks one rule of inbox.Store, and the check of that
// rule must fail.
func TestRun_detectsBrokenStores(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]struct {
		check string
		wrap  func(inbox.Store) inbox.Store
	}{
		"overwrites":         {"holds values", func(s inbox.Store) inbox.Store { return overwrites{s} }},
		"checks first":       {"lets one of many concurrent creates succeed", func(s inbox.Store) inbox.Store { return checksFirst{s} }},
		"checks first again": {"is linearizable for each key", func(s inbox.Store) inbox.Store { return checksFirst{s} }},
		"loses values":       {"keeps acknowledged values through a restart", func(s inbox.Store) inbox.Store { return losesValues{s} }},
		"stale":              {"shows writes to other clients", func(s inbox.Store) inbox.Store { return &stale{Store: s} }},
		"stale again":        {"lists by prefix", func(s inbox.Store) inbox.Store { return &stale{Store: s} }},
		"rejectsEqualValue":  {"reports a write whose answer was lost", func(s inbox.Store) inbox.Store { return rejectsEqualValue{s} }},
		"detached":           {"does nothing after the end of its context", func(s inbox.Store) inbox.Store { return detached{s} }},
		"neverNotifies":      {"notifies a waiting client", func(s inbox.Store) inbox.Store { return neverNotifies{s} }},
		"neverWaits":         {"notifies a waiting client", func(s inbox.Store) inbox.Store { return neverWaits{s} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range checks {
				if c.name == broken.check && c.run(t.Context(), around(NewMemory(), broken.wrap)) == nil {
					t.Errorf("%q passes", c.name)
				}
			}
		})
	}
}
