package callback

import (
	"context"
	"errors"
	"sync"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/port"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// finder finds the inbox of an id in the inboxes of this process and of those
// that share the port. It reads the key of each once, so checking an invented
// id reads no inbox.
type finder struct {
	own  receiver.Inbox
	port *port.Port

	mu     sync.Mutex
	others map[string]receiver.Inbox // By path.
}

func newFinder(own receiver.Inbox, p *port.Port) *finder {
	return &finder{own: own, port: p, others: map[string]receiver.Inbox{}}
}

// Find implements receiver.Finder.
func (f *finder) Find(ctx context.Context, text string) (receiver.Inbox, id.ID, bool, error) {
	if made, ok := id.Parse(text, f.own.Key); ok {
		return f.own, made, true, nil
	}
	paths, failed := f.port.Inboxes(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, path := range paths {
		other, err := f.open(ctx, path)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		// Storing into an inbox that was removed would create it again.
		if made, ok := id.Parse(text, other.Key); ok && port.Exists(path) {
			return other, made, true, nil
		}
	}
	return receiver.Inbox{}, id.ID{}, false, failed
}

// open returns the inbox at path, without a key if it was removed. The caller
// holds f.mu.
func (f *finder) open(ctx context.Context, path string) (receiver.Inbox, error) {
	if other, known := f.others[path]; known {
		return other, nil
	}
	store, err := directory.New(path)
	if err != nil {
		return receiver.Inbox{}, err
	}
	key, err := id.ReadKey(ctx, store)
	if errors.Is(err, inbox.ErrNotExist) {
		return receiver.Inbox{}, nil
	}
	if err != nil {
		return receiver.Inbox{}, err
	}
	f.others[path] = receiver.Inbox{Store: store, Key: key}
	return f.others[path], nil
}
