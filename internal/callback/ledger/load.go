package ledger

import (
	"context"
	"errors"
	"maps"
	"time"

	"golang.org/x/sync/errgroup"

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

// outdate is called after a write that the next first look must see: the term of
// this process, because each order that a process with a lower term has sent or
// will send exists by then, and the release of an order.
func (l *Ledger) outdate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latest = nil
}

// recent returns the View of the latest List, or of a new one if its pause has
// ended.
func (l *Ledger) recent(ctx context.Context) (*View, error) {
	l.mu.Lock()
	f, wait := l.latest, time.Until(l.pauseEnd)
	l.mu.Unlock()
	if f != nil && (!f.ended() || wait > 0) {
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if f.err == nil {
			return f.view, nil
		}
	}
	return l.load(ctx)
}

func (f *flight) ended() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// fly makes Lists until no caller waits. A pause after each, three times as long as
// the List took, lets more callers share the next one: without it, Lists take most
// of the CPU time of an apply of many orders.
func (l *Ledger) fly(ctx context.Context) {
	for more := true; more; {
		l.mu.Lock()
		pause := time.Until(l.pauseEnd)
		l.mu.Unlock()
		<-time.After(pause)
		l.mu.Lock()
		f := l.next
		l.next, l.latest = nil, f
		l.mu.Unlock()
		began := time.Now()
		f.view, f.err = l.read(ctx)
		l.mu.Lock()
		l.pauseEnd = time.Now().Add(min(3*time.Since(began), maxPause))
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
	l.forget(list.Entries)
	value := func(entry inbox.Entry) ([]byte, error) { return l.value(ctx, entry) }
	l.reader.Scope, l.reader.Opens, l.reader.Value = l.cfg.Scope, l.cfg.Opens, value
	l.reader.Prefetch = func(entries []inbox.Entry) error { return l.fetch(ctx, entries) }
	l.reader.Decode = func(o *Order, body []byte) Result { return l.decode(ctx, list, o, body) }
	v, err := l.reader.View(list)
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
	l.mu.Lock()
	received := maps.Clone(l.received)
	l.mu.Unlock()
	for ref, body := range received {
		if o := v.Order(ref); o != nil && o.Result.Kind == NoResult {
			o.Result = l.decode(ctx, list, o, body)
		}
	}
}

// forget removes the values of keys that are not listed any more.
func (l *Ledger) forget(entries []inbox.Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := entries
	for _, before := range l.listed {
		for len(rest) > 0 && rest[0].Key < before.Key {
			rest = rest[1:]
		}
		if len(rest) == 0 || rest[0].Key != before.Key {
			delete(l.cache, before.Key)
			delete(l.results, before.Key)
		}
	}
	l.listed = entries
}

// fetch reads the values of new keys concurrently.
func (l *Ledger) fetch(ctx context.Context, entries []inbox.Entry) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetchers)
	for _, entry := range entries {
		if _, ok := l.known(entry); ok || entry.Key == "" {
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
