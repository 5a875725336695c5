package callback

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"time"
)

// A reference is the hash of an operation's id. The inbox, the logs and this
// process know operations by it: it cannot be called, and how long it takes to
// look one up tells nothing about an id.
type reference string

func refer(id string) reference {
	sum := sha256.Sum256([]byte(id))
	return reference(hex.EncodeToString(sum[:]))
}

const (
	operationsPrefix = "operations/"
	resultsPrefix    = "results/"
)

func (r reference) operationKey() string { return operationsPrefix + string(r) }

func (r reference) resultKey() string { return resultsPrefix + string(r) }

// String is short enough for a log and long enough to tell operations apart.
func (r reference) String() string { return string(r[:12]) }

// Operation is one call whose result comes later, by callback.
type Operation struct {
	exchange *Receiver
	// The address is a secret behind a pointer, which fmt does not follow where
	// it cannot call String.
	url     *string
	ref     reference
	arrived chan struct{} // Closed when the inbox holds the result.
}

// URL is the address to call back. It is a secret: whoever knows it can end the
// operation.
func (o *Operation) URL() string { return *o.url }

// String returns a short name of the operation that is no secret.
func (o *Operation) String() string { return "operation " + o.ref.String() }

// GoString returns the same as String.
func (o *Operation) GoString() string { return o.String() }

// LogValue returns the same as String.
func (o *Operation) LogValue() slog.Value { return slog.StringValue(o.String()) }

// pollInterval is how long a result that another process received goes unnoticed.
const pollInterval = time.Second

// Wait returns the body of the callback, or the cause of ctx. An inbox that
// cannot be read for a while does not end the waiting, because what was ordered
// still arrives.
func (o *Operation) Wait(ctx context.Context) ([]byte, error) {
	x := o.exchange
	defer x.watch(ctx)()
	select {
	case <-o.arrived:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	for {
		body, err := x.store.Get(ctx, o.ref.resultKey())
		if err == nil {
			return body, nil
		}
		x.log.WarnContext(ctx, "unable to read the result of an operation", "operation", o.ref.String(), "error", err)
		select {
		case <-time.After(pollInterval):
		case <-ctx.Done():
			return nil, fmt.Errorf("%w (the inbox could not be read: %w)", context.Cause(ctx), err)
		}
	}
}

// End forgets the operation and its result. A callback that is repeated after
// it is answered as before and stored nowhere.
func (o *Operation) End(ctx context.Context) error {
	x := o.exchange
	x.mu.Lock()
	x.operations[o.ref] = nil
	x.mu.Unlock()
	// In this order a receiver that stores a repetition meanwhile can tell that
	// it has to take it away again.
	return errors.Join(
		x.store.Delete(ctx, o.ref.operationKey()),
		x.store.Delete(ctx, o.ref.resultKey()),
	)
}

// begun reports whether this process began an operation, and whether it ended since.
func (x *Receiver) begun(ref reference) (begun, ended bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	op, begun := x.operations[ref]
	return begun, begun && op == nil
}

// notify wakes who waits for an operation, if it is one of this process.
func (x *Receiver) notify(ref reference) {
	x.mu.Lock()
	defer x.mu.Unlock()
	op := x.operations[ref]
	if op == nil {
		return
	}
	select {
	case <-op.arrived:
	default:
		close(op.arrived)
	}
}

// watch polls the inbox for results that other processes received until every
// caller has called what it returned.
func (x *Receiver) watch(ctx context.Context) (done func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.waiting++; x.waiting == 1 {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		x.stopPoll = cancel
		go x.poll(ctx)
	}
	return func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.waiting--; x.waiting == 0 {
			x.stopPoll()
		}
	}
}

// poll asks once for all operations: an inbox may be a bucket, and a question
// may have a price.
func (x *Receiver) poll(ctx context.Context) {
	ticks := time.NewTicker(pollInterval)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
		keys, err := x.store.List(ctx, resultsPrefix)
		if err != nil && ctx.Err() == nil {
			x.log.WarnContext(ctx, "unable to look for results in the inbox", "error", err)
		}
		for _, key := range keys {
			x.notify(reference(path.Base(key)))
		}
	}
}
