package ledger_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// memory is a Store in memory that refuses all calls that the rules of
// inbox.Store do not allow.
type memory struct {
	mu     sync.Mutex
	values map[string]memoryValue
	broken error // What a List returns, if not nil.
}

// fail sets the error of each List, or nil.
func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

type memoryValue struct {
	text     []byte
	modified time.Time
}

func newMemory() *memory { return &memory{values: map[string]memoryValue{}} }

func (m *memory) enter(ctx context.Context, keys ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, key := range keys {
		if err := inbox.CheckKey(key); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Create(ctx context.Context, key string, value []byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter(ctx, key); err != nil {
		return false, err
	}
	if held, ok := m.values[key]; ok {
		return bytes.Equal(held.text, value), nil
	}
	m.values[key] = memoryValue{bytes.Clone(value), now()}
	return true, nil
}

func (m *memory) Get(ctx context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter(ctx, key); err != nil {
		return nil, err
	}
	held, ok := m.values[key]
	if !ok {
		return nil, inbox.ErrNotExist
	}
	return bytes.Clone(held.text), nil
}

func (m *memory) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(m.enter(ctx), m.broken); err != nil {
		return inbox.Listing{}, err
	}
	list := inbox.Listing{Now: now()}
	for key, value := range m.values {
		if strings.HasPrefix(key, prefix) {
			list.Entries = append(list.Entries, inbox.Entry{Key: key, Modified: value.modified, Size: int64(len(value.text))})
		}
	}
	slices.SortFunc(list.Entries, func(a, b inbox.Entry) int { return strings.Compare(a.Key, b.Key) })
	return list, nil
}

func (m *memory) Replace(ctx context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter(ctx, key); err != nil {
		return err
	}
	if !strings.HasPrefix(key, inbox.ProcessPrefix) {
		return fmt.Errorf("%s must not be replaced", key)
	}
	m.values[key] = memoryValue{bytes.Clone(value), now()}
	return nil
}

func (m *memory) Delete(ctx context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter(ctx, keys...); err != nil {
		return err
	}
	for _, key := range keys {
		delete(m.values, key)
	}
	return nil
}

// now never returns whole seconds, because the ledger treats whole seconds as
// rounded.
func now() time.Time { return time.Now().Add(time.Nanosecond) }
