package inboxtest

import (
	"context"
	"errors"
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

// around returns an inbox whose clients are all made by wrap.
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

// waiting is a Memory whose clients can wait, at the price of polling.
type waiting struct{ *Memory }

func (waiting) Wait(ctx context.Context, _ string) error {
	select {
	case <-time.After(time.Millisecond):
	case <-ctx.Done():
	}
	return ctx.Err()
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

// checksFirst looks before it writes: between the two another may win as well.
type checksFirst struct{ inbox.Store }

func (c checksFirst) Create(ctx context.Context, key string, value []byte) (bool, error) {
	held, err := c.Get(ctx, key)
	if !errors.Is(err, inbox.ErrNotExist) {
		return string(held) == string(value), err
	}
	time.Sleep(time.Millisecond) // The gap.
	return overwrites(c).Create(ctx, key, value)
}

// forgets loses a tenth of what it is given.
type forgets struct{ inbox.Store }

func (f forgets) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if strings.HasPrefix(key, "results/") && rand.IntN(10) == 0 { //nolint:gosec // No secret.
		return true, nil
	}
	return f.Store.Create(ctx, key, value)
}

// stale lists what there was one call earlier.
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

// refuses reports false for a value that it holds already.
type refuses struct{ inbox.Store }

func (r refuses) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if _, err := r.Get(ctx, key); err == nil {
		return false, nil
	}
	return r.Store.Create(ctx, key, value)
}

// detached goes on after its context.
type detached struct{ inbox.Store }

func (d detached) Delete(ctx context.Context, keys ...string) error {
	return d.Store.Delete(context.WithoutCancel(ctx), keys...)
}

// deaf waits until its context ends.
type deaf struct{ inbox.Store }

func (deaf) Wait(context.Context, string) error { return errors.New("nothing happens here") }

func second(_ bool, err error) error { return err }

// A suite that passes everything proves nothing: each of these stores breaks
// one promise, and the check of that promise must notice.
func TestRun_noticesBrokenStores(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]struct {
		check string
		wrap  func(inbox.Store) inbox.Store
	}{
		"overwrites":         {"holds values", func(s inbox.Store) inbox.Store { return overwrites{s} }},
		"checks first":       {"lets one creator win", func(s inbox.Store) inbox.Store { return checksFirst{s} }},
		"checks first again": {"is linearizable for each key", func(s inbox.Store) inbox.Store { return checksFirst{s} }},
		"forgets":            {"keeps acknowledged values through a restart", func(s inbox.Store) inbox.Store { return forgets{s} }},
		"stale":              {"shows writes to other clients", func(s inbox.Store) inbox.Store { return &stale{Store: s} }},
		"stale again":        {"lists by prefix", func(s inbox.Store) inbox.Store { return &stale{Store: s} }},
		"refuses":            {"tells about a write whose answer was lost", func(s inbox.Store) inbox.Store { return refuses{s} }},
		"detached":           {"does nothing after its context", func(s inbox.Store) inbox.Store { return detached{s} }},
		"deaf":               {"wakes a waiting client", func(s inbox.Store) inbox.Store { return deaf{s} }},
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
