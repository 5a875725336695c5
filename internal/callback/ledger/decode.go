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
	l.mu.Lock()
	known, ok := l.results[ResultKey(o.Ref)]
	l.mu.Unlock()
	if ok && same(known.value, value) {
		return known.result
	}
	baseline := l.baseline(ctx, list, o.Intent)
	result := l.decodeResult(value, baseline)
	if baseline == nil {
		return result // The List may have missed it.
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.results[ResultKey(o.Ref)] = decodedResult{value, result}
	return result
}

// decodedResult is a callback, and the result that it is for its order.
type decodedResult struct {
	value  []byte
	result Result
}

// same reports whether two values are one in memory: a value that was read once is
// not read again.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (l *Ledger) decodeResult(value, baselineValue []byte) Result {
	body, err := l.cfg.Open(value)
	if errors.Is(err, ErrSealed) {
		names, _ := seal.SealedTo(value)
		return Result{Kind: ResultSealed, Message: err.Error(), Recipient: strings.Join(names, " and ")}
	}
	if err != nil {
		return Result{Kind: ResultNotFinal, Message: err.Error()}
	}
	result := l.cfg.Decode(body)
	var baseline Baseline
	if result.Kind != ResultSuccess || json.Unmarshal(baselineValue, &baseline) != nil {
		return result
	}
	existed := func(d Desktop) bool { return d.UUID == result.UUID }
	if slices.ContainsFunc(baseline.Desktops, existed) {
		result.Kind, result.Message = ResultNotFinal, "it names a desktop that existed before the order"
	}
	return result
}

// baseline returns the list of the desktops that existed before an order, or nil
// if the inbox has none.
func (l *Ledger) baseline(ctx context.Context, list inbox.Listing, intent *Intent) []byte {
	if intent == nil {
		return nil
	}
	key := baselineKey(intent.Scope, intent.Term, intent.Kind)
	entry, found := find(list.Entries, key)
	if !found {
		return nil
	}
	value, err := l.value(ctx, entry)
	if err != nil {
		return nil
	}
	return value
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
	delete(l.results, ResultKey(ref))
}
