package process

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// memory is an inbox for process records. It refuses all calls that a process
// does not need.
type memory struct {
	mu      sync.Mutex
	values  map[string][]byte
	changed map[string]time.Time
	writes  int
	fail    error
}

func newMemory() *memory {
	return &memory{values: map[string][]byte{}, changed: map[string]time.Time{}}
}

func (m *memory) Replace(ctx context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(ctx.Err(), m.fail, inbox.CheckKey(key)); err != nil {
		return err
	}
	if !strings.HasPrefix(key, inbox.ProcessPrefix) {
		return errors.New("only records may be replaced")
	}
	m.values[key], m.changed[key] = slices.Clone(value), time.Now()
	m.writes++
	return nil
}

func (m *memory) Get(ctx context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(ctx.Err(), m.fail); err != nil {
		return nil, err
	}
	value, ok := m.values[key]
	if !ok {
		return nil, inbox.ErrNotExist
	}
	return value, nil
}

func (m *memory) List(context.Context, string) (inbox.Listing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	listing := inbox.Listing{Now: time.Now()}
	for key, value := range m.values {
		listing.Entries = append(listing.Entries, inbox.Entry{Key: key, Modified: m.changed[key], Size: int64(len(value))})
	}
	return listing, nil
}

func (m *memory) Create(context.Context, string, []byte) (bool, error) {
	return false, errors.New("a process creates nothing")
}

func (m *memory) Delete(context.Context, ...string) error {
	return errors.New("a process deletes nothing")
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.writes
}

func (m *memory) setFail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// fakeLocks are locks in memory.
type fakeLocks struct{ held map[string]bool }

func (l *fakeLocks) Lock(id string) (func() error, error) {
	l.held[id] = true
	return func() error { delete(l.held, id); return nil }, nil
}
func (l *fakeLocks) Locked(id string) (bool, error) { return l.held[id], nil }

func self(t *testing.T) Identity {
	t.Helper()
	identity, err := Self()
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

func look(t *testing.T, o Observer, id string) View {
	t.Helper()
	listing, err := o.Store.List(t.Context(), inbox.ProcessPrefix)
	if err != nil {
		t.Fatal(err)
	}
	view, err := o.Look(t.Context(), id, listing)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

var discard = slog.New(slog.DiscardHandler)
