package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

// decode decodes the callback of an order. A desktop that existed before the
// order is not its result.
func (l *Ledger) decode(ctx context.Context, list inbox.Listing, o *Order, value []byte) Result {
	body, err := l.cfg.Open(value)
	if errors.Is(err, ErrSealed) {
		names, _ := seal.SealedTo(value)
		return Result{Kind: ResultSealed, Message: err.Error(), Recipient: strings.Join(names, " and ")}
	}
	if err != nil {
		return Result{Kind: ResultNotFinal, Message: err.Error()}
	}
	result := l.cfg.Decode(body)
	if result.Kind != ResultSuccess || o.Intent == nil {
		return result
	}
	existed := func(d Desktop) bool { return d.UUID == result.UUID }
	if slices.ContainsFunc(l.baseline(ctx, list, o.Intent), existed) {
		result.Kind, result.Message = ResultNotFinal, "it names a desktop that existed before the order"
	}
	return result
}

// baseline returns the desktops that existed before an order, or nil if the
// inbox has no baseline.
func (l *Ledger) baseline(ctx context.Context, list inbox.Listing, intent *Intent) []Desktop {
	key := baselineKey(intent.Scope, intent.Term, intent.Kind)
	at := slices.IndexFunc(list.Entries, func(e inbox.Entry) bool { return e.Key == key })
	if at < 0 {
		return nil
	}
	value, err := l.value(ctx, list.Entries[at])
	var baseline Baseline
	if err != nil || json.Unmarshal(value, &baseline) != nil {
		return nil
	}
	return baseline.Desktops
}

// Receive passes a callback that this process received to the order that waits
// for it, even if the callback could not be stored.
func (l *Ledger) Receive(ref string, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received[ref] = body
	close(l.wake)
	l.wake = make(chan struct{})
}

// Wake makes waiting orders list the inbox immediately, because a result was
// stored.
func (l *Ledger) Wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.wake)
	l.wake = make(chan struct{})
}

// body returns the decrypted callback of an order, or nil if there is none.
func (l *Ledger) body(ctx context.Context, ref string) ([]byte, error) {
	l.mu.Lock()
	value, ok := l.received[ref]
	l.mu.Unlock()
	if !ok {
		var err error
		if value, err = l.cfg.Store.Get(ctx, ResultKey(ref)); errors.Is(err, inbox.ErrNotExist) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	return l.cfg.Open(value)
}

// removeReceived removes the callbacks of an order from the memory of this process.
func (l *Ledger) removeReceived(ref string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.received, ref)
}
