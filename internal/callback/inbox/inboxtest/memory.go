package inboxtest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Memory is an inbox.Store in memory, for tests of code that uses a Store. Its
// clock is time.Now, so that it works in a testing/synctest bubble.
type Memory struct {
	mu     sync.Mutex
	values map[string]value
}

type value struct {
	content  []byte
	modified time.Time
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{values: map[string]value{}} }

// Create implements inbox.Store.
func (m *Memory) Create(ctx context.Context, key string, content []byte) (bool, error) {
	if err := valid(ctx, key); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if held, ok := m.values[key]; ok {
		return bytes.Equal(held.content, content), nil
	}
	m.values[key] = value{bytes.Clone(content), time.Now()}
	return true, nil
}

// Get implements inbox.Store.
func (m *Memory) Get(ctx context.Context, key string) ([]byte, error) {
	if err := valid(ctx, key); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	held, ok := m.values[key]
	if !ok {
		return nil, inbox.ErrNotExist
	}
	return bytes.Clone(held.content), nil
}

// List implements inbox.Store.
func (m *Memory) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if err := ctx.Err(); err != nil {
		return inbox.Listing{}, err
	}
	if err := inbox.CheckPrefix(prefix); err != nil {
		return inbox.Listing{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	listing := inbox.Listing{Now: time.Now()}
	for _, key := range slices.Sorted(maps.Keys(m.values)) {
		if strings.HasPrefix(key, prefix) {
			held := m.values[key]
			listing.Entries = append(listing.Entries, inbox.Entry{Key: key, Modified: held.modified, Size: int64(len(held.content))})
		}
	}
	return listing, nil
}

// Replace implements inbox.Store.
func (m *Memory) Replace(ctx context.Context, key string, content []byte) error {
	if err := valid(ctx, key); err != nil {
		return err
	}
	if err := inbox.CheckReplaceable(key); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = value{bytes.Clone(content), time.Now()}
	return nil
}

// Delete implements inbox.Store.
func (m *Memory) Delete(ctx context.Context, keys ...string) error {
	if err := valid(ctx, keys...); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		delete(m.values, key)
	}
	return nil
}

// String returns the number of values, but no value.
func (m *Memory) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("an inbox in memory with %d values", len(m.values))
}

func valid(ctx context.Context, keys ...string) error {
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
