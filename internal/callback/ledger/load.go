package ledger

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	// storeTimeout limits one call of the store, including retries.
	storeTimeout = 20 * time.Second
	// maxPause bounds the pause between two Lists.
	maxPause = 100 * time.Millisecond
	// fetchers is the number of values that are read concurrently.
	fetchers = 16
)

// flight is a List that has not started or has not ended.
type flight struct {
	done chan struct{}
	view *View
	err  error
}

// cached is a value with its listing entry, which shows whether the record of a
// process has changed.
type cached struct {
	modified time.Time
	size     int64
	value    []byte
}

// load returns the View of a List that starts after the call. Concurrent
// callers share one List.
func (l *Ledger) load(ctx context.Context) (*View, error) {
	l.mu.Lock()
	f := l.next
	if f == nil {
		f = &flight{done: make(chan struct{})}
		l.next = f
	}
	if !l.flying {
		l.flying = true
		go l.fly(context.WithoutCancel(ctx))
	}
	l.mu.Unlock()
	select {
	case <-f.done:
		return f.view, f.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// fly makes Lists until no caller waits. A pause after each, as long as the List
// took, lets more callers share the next one: without it, Lists take most of the
// CPU time of an apply of many orders.
func (l *Ledger) fly(ctx context.Context) {
	for more := true; more; {
		<-time.After(time.Until(l.pauseEnd))
		l.mu.Lock()
		f := l.next
		l.next = nil
		l.mu.Unlock()
		began := time.Now()
		f.view, f.err = l.read(ctx)
		l.pauseEnd = time.Now().Add(min(time.Since(began), maxPause))
		l.mu.Lock()
		more = l.next != nil
		l.flying = more
		l.mu.Unlock()
		close(f.done)
	}
}

// read lists the inbox and reads the values that are new.
func (l *Ledger) read(ctx context.Context) (*View, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	list, err := l.cfg.Store.List(ctx, "")
	if err != nil {
		return nil, err
	}
	age := l.cfg.Age()
	if err := l.fetch(ctx, list); err != nil {
		return nil, err
	}
	value := func(entry inbox.Entry) ([]byte, error) { return l.value(ctx, entry) }
	reader := Reader{Scope: l.cfg.Scope, Value: value, Opens: l.cfg.Opens, Decoded: l.decoded}
	reader.Decode = func(o *Order, body []byte) Result { return l.decode(ctx, list, o, body) }
	v, err := reader.View(list)
	if err != nil {
		return nil, err
	}
	v.Age = age
	if l.cfg.Processes != nil {
		v.Processes, err = l.cfg.Processes(ctx, list, value)
	}
	l.addReceived(ctx, list, v)
	return v, err
}

// addReceived adds the callbacks that this process received, which it may have
// been unable to store.
func (l *Ledger) addReceived(ctx context.Context, list inbox.Listing, v *View) {
	for i := range v.Orders {
		o := &v.Orders[i]
		l.mu.Lock()
		body, ok := l.received[o.Ref]
		l.mu.Unlock()
		if ok && o.Result.Kind == NoResult {
			o.Result = l.decode(ctx, list, o, body)
		}
	}
}

// fetch reads the values of new keys concurrently, and removes the values of
// deleted keys from the cache.
func (l *Ledger) fetch(ctx context.Context, list inbox.Listing) error {
	listed, orders := make(map[string]bool, len(list.Entries)), map[string]bool{}
	for _, entry := range list.Entries {
		listed[entry.Key] = true
		if ref, found := strings.CutPrefix(entry.Key, OrderPrefix); found {
			ref, _, _ = strings.Cut(ref, "/")
			hash, _ := id.HashOfRef(ref)
			orders[ResultPrefix+hash] = true
		}
	}
	l.mu.Lock()
	for key := range l.cache {
		if !listed[key] {
			delete(l.cache, key)
			delete(l.decoded, key)
			delete(l.results, key)
		}
	}
	l.mu.Unlock()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetchers)
	for _, entry := range list.Entries {
		key := entry.Key
		if !strings.HasPrefix(key, OrderPrefix) && !strings.HasPrefix(key, TermPrefix) && !orders[key] {
			continue
		}
		if _, ok := l.known(entry); ok {
			continue
		}
		group.Go(func() error {
			_, err := l.value(ctx, entry)
			return err
		})
	}
	return group.Wait()
}

// known returns the value of an entry that was read before and has not changed.
func (l *Ledger) known(entry inbox.Entry) ([]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.cache[entry.Key]
	return known.value, ok && known.modified.Equal(entry.Modified) && known.size == entry.Size
}

// value returns the value of an entry, or nil if it was deleted after the List.
func (l *Ledger) value(ctx context.Context, entry inbox.Entry) ([]byte, error) {
	if value, ok := l.known(entry); ok {
		return value, nil
	}
	value, err := l.cfg.Store.Get(ctx, entry.Key)
	if errors.Is(err, inbox.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cache[entry.Key] = cached{entry.Modified, entry.Size, value}
	return value, nil
}
