package https

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Watched is a Store that clients can wait on for new keys. It reports a key
// that is created through it immediately, and a key that another client creates
// in the same inbox within a second.
type Watched struct {
	inbox.Store
	instance string

	mu      sync.Mutex
	created map[string]int // The number of created keys by their first segment.
	changed chan struct{}  // Closed when the next key is created.
	polls   map[string]*poll
}

// poll is the last list of a prefix, shared by all clients that wait for it.
type poll struct {
	mu   sync.Mutex
	at   time.Time
	hash string
	err  error
}

// Watch returns a Watched for store.
func Watch(store inbox.Store) *Watched {
	return &Watched{
		Store: store, instance: rand.Text()[:8],
		created: map[string]int{}, changed: make(chan struct{}), polls: map[string]*poll{},
	}
}

// Create implements inbox.Store.
func (w *Watched) Create(ctx context.Context, key string, value []byte) (bool, error) {
	created, err := w.Store.Create(ctx, key, value)
	if created || err != nil { // A failed write may have taken effect.
		w.mu.Lock()
		defer w.mu.Unlock()
		segment, _, _ := strings.Cut(key, "/")
		w.created[segment]++
		close(w.changed)
		w.changed = make(chan struct{})
	}
	return created, err
}

// count returns the number of keys created below a prefix, and a channel that
// is closed when the next key is created.
func (w *Watched) count(prefix string) (string, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	segment, _, complete := strings.Cut(prefix, "/")
	total := 0
	for name, n := range w.created {
		if name == segment || !complete && strings.HasPrefix(name, segment) {
			total += n
		}
	}
	return fmt.Sprintf("%s-%d", w.instance, total), w.changed
}

// wait returns when a key with the prefix may have been created since seen, or
// when ctx ends. It returns the value of seen for the next call. It reads the
// counter before it lists the keys, so that a key created in between is
// reported and not missed.
func (w *Watched) wait(ctx context.Context, prefix, seen string) (string, error) {
	ticks := time.NewTicker(pollInterval)
	defer ticks.Stop()
	_, listed, _ := strings.Cut(seen, "/")
	for {
		counted, changed := w.count(prefix)
		switch {
		case !strings.HasPrefix(seen, w.instance): // Empty, or of another relay.
			now, err := w.look(ctx, prefix)
			return counted + "/" + now, err
		case seen != counted+"/"+listed: // The counter shows a new key, so no List is needed.
			return counted + "/" + listed, nil
		}
		select {
		case <-changed:
		case <-ticks.C:
			now, err := w.look(ctx, prefix)
			if err != nil || now != listed {
				return counted + "/" + now, err
			}
		case <-ctx.Done():
			return seen, nil
		}
	}
}

// look returns the hash of the list of a prefix. The list is read once per
// interval for all waiting clients.
func (w *Watched) look(ctx context.Context, prefix string) (string, error) {
	w.mu.Lock()
	p := w.polls[prefix]
	if p == nil {
		p = &poll{}
		w.polls[prefix] = p
	}
	w.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) < pollInterval/2 {
		return p.hash, p.err
	}
	listing, err := w.List(ctx, prefix)
	p.hash, p.err, p.at = hash(listing), err, time.Now()
	return p.hash, err
}

// hash returns a short hash of the keys of a listing.
func hash(listing inbox.Listing) string {
	sum := sha256.New()
	for _, e := range listing.Entries {
		_, _ = fmt.Fprintln(sum, e.Key) // A hash never fails.
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
