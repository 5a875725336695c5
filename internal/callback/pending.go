package callback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// Pending is a call whose result arrives later, by callback.
type Pending struct {
	receiver *Receiver
	// The URL is a secret. It is a pointer, because fmt prints the address of a
	// nested pointer, not its target. It is nil for a call that another process
	// made.
	url       *string
	kind      id.Kind
	ref, hash string
	news      chan struct{} // Has a value if Wait should look again.

	mu       sync.Mutex
	unstored [][]byte // Results that could not be stored.
	rejected []string // The reasons of callbacks that were refused or are not final.
}

// URL returns the URL to call back. It is a secret: anybody who knows it can
// report a result. It is empty for a call that another process made.
func (p *Pending) URL() string {
	if p.url == nil {
		return ""
	}
	return *p.url
}

// Ref returns the reference of the call. It is not secret.
func (p *Pending) Ref() string { return p.ref }

// String returns a short name of the call, which is not secret.
func (p *Pending) String() string { return "call " + p.ref }

// GoString returns the same as String.
func (p *Pending) GoString() string { return p.String() }

// LogValue returns the same as String.
func (p *Pending) LogValue() slog.Value { return slog.StringValue(p.String()) }

const (
	// pollInterval is the time between two looks for results that other
	// processes received.
	pollInterval = time.Second
	// lastLookTimeout limits the last look for a result, after the wait has
	// ended.
	lastLookTimeout = 2 * time.Second
)

// Wait returns the first callback that check accepts. The error of check says
// why a callback is not the result, without secrets; that callback is kept as
// evidence. A stored result takes precedence over a context that has ended.
// Otherwise the error is the cause of ctx, with the callbacks that were refused
// or not final.
//
// Wait continues if the inbox cannot be read for some time, because the order
// is still carried out.
func (p *Pending) Wait(ctx context.Context, check func(body []byte) error) ([]byte, error) {
	defer p.receiver.watch(ctx)()
	for {
		select {
		case <-p.news:
			body, err := p.look(ctx, check)
			if body != nil {
				return body, nil
			}
			if err != nil && ctx.Err() == nil {
				p.receiver.log.WarnContext(ctx, "unable to read the result of a call", "call", p, "error", err)
				time.AfterFunc(pollInterval, p.notify)
			}
		case <-ctx.Done():
			return p.lastLook(ctx, check)
		}
	}
}

func (p *Pending) lastLook(ctx context.Context, check func(body []byte) error) ([]byte, error) {
	cause := context.Cause(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLookTimeout)
	defer cancel()
	body, err := p.look(ctx, check)
	switch {
	case body != nil:
		return body, nil
	case err != nil:
		cause = fmt.Errorf("%w (the inbox could not be read: %w)", cause, err)
	}
	if summary := summarize(p.rejections(ctx)); summary != "" {
		cause = fmt.Errorf("%w; %s", cause, summary)
	}
	return nil, cause
}

// look returns a result that check accepts, or nil.
func (p *Pending) look(ctx context.Context, check func(body []byte) error) ([]byte, error) {
	for _, body := range p.takeUnstored() {
		// If it is not final, the receiver reports it after storing it.
		if check(body) == nil {
			return body, nil
		}
	}
	value, err := p.receiver.store.Get(ctx, receiver.ResultKey(p.hash))
	if errors.Is(err, inbox.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	body, err := p.receiver.open(value)
	if err != nil {
		return nil, err
	}
	if err := check(body); err != nil {
		return p.reject(ctx, value, err, check)
	}
	return body, nil
}

// reject moves a stored value to the evidence, so that another one can be
// stored. It returns the result if the evidence already contains it.
func (p *Pending) reject(ctx context.Context, value []byte, reason error, check func(body []byte) error) ([]byte, error) {
	store := p.receiver.store
	p.note(reason.Error())
	err := receiver.Evidence{Reason: reason.Error(), Body: value}.Store(ctx, store, p.ref)
	if err == nil {
		err = store.Delete(ctx, receiver.ResultKey(p.hash))
	}
	if err != nil {
		return nil, err
	}
	all, err := receiver.ReadEvidence(ctx, store, p.ref)
	for _, evidence := range all {
		body, openErr := p.receiver.open(evidence.Body)
		if openErr == nil && receiver.NotFinalReason(p.kind, body) == "" && check(body) == nil {
			return body, nil
		}
	}
	return nil, err
}

// End ends the call and removes its result. Later callbacks of the call are
// still answered with 200.
func (p *Pending) End(ctx context.Context) error {
	r := p.receiver
	r.mu.Lock()
	r.pending[p.hash] = nil
	r.mu.Unlock()
	// A receiver that stores a repeated callback at this moment checks the call
	// afterwards, finds that it has ended, and removes the callback.
	keys := []string{receiver.ResultKey(p.hash)}
	if len(p.noted()) > 0 {
		if listing, err := r.store.List(ctx, receiver.EvidencePrefix(p.ref)); err == nil {
			for _, entry := range listing.Entries {
				keys = append(keys, entry.Key)
			}
		}
	}
	return r.store.Delete(ctx, keys...)
}
