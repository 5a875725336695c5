package receiver

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	// storeTimeout is how long the receiver retries storing a callback, while
	// the service waits for the answer.
	storeTimeout = 20 * time.Second
	// attemptTimeout is the time after which an attempt to store counts as failed: an
	// order that waits in this process is notified, and another attempt starts.
	attemptTimeout = 5 * time.Second
	firstDelay     = 100 * time.Millisecond
	maxDelay       = 2 * time.Second
)

// ResultPrefix is the prefix of the keys of results.
const ResultPrefix = "results/"

// ResultKey is the key of the result of a call; hash is that of its id.
func ResultKey(hash string) string { return ResultPrefix + hash }

// accept stores a callback and returns the outcome.
func (h *Handler) accept(w http.ResponseWriter, r *http.Request, in Inbox, made id.ID) (Event, *refusal) {
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		w.Header().Set("Allow", "POST, PUT")
		return Event{}, &refusal{http.StatusMethodNotAllowed, "a callback must be a POST or a PUT request", nil}
	}
	body, refused := readBody(w, r)
	if refused != nil {
		return Event{}, refused
	}
	if made.Kind() == id.Probe {
		return Event{ID: made, Outcome: Probed}, nil
	}
	// The callback is complete, so it is stored even if the service closes the
	// connection.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
	defer cancel()
	c := &callback{Handler: h, in: in, id: made, body: body}
	event, err := c.keep(ctx)
	switch {
	case errors.Is(err, errTooMuchEvidence):
		return event, &refusal{http.StatusTooManyRequests, err.Error(), nil}
	case err != nil:
		return event, &refusal{http.StatusServiceUnavailable, "the inbox cannot be written", err}
	}
	return event, nil
}

// callback is a callback that is being stored.
type callback struct {
	*Handler
	in   Inbox
	id   id.ID
	body []byte
}

func (c *callback) keep(ctx context.Context) (Event, error) {
	if c.ended(ctx) {
		return c.keepEnded(ctx)
	}
	if reason := NotFinalReason(c.id.Kind(), c.body); reason != "" {
		return c.keepNotFinal(ctx, reason)
	}
	value, err := c.seal(ctx, c.body)
	if err != nil {
		return Event{}, err
	}
	created, err := c.create(ctx, value)
	if err == nil && !created {
		event, err := c.keepNotFinal(ctx, Repeated)
		if err != nil || c.id.Kind() != id.Order {
			return event, err
		}
		// The order may have moved the first callback to the evidence before
		// this one was stored there.
		if created, err = c.create(ctx, value); err != nil || !created {
			return event, err
		}
	}
	switch {
	case err != nil:
		return Event{}, err
	case c.ended(ctx):
		return c.keepEndedMeanwhile(ctx)
	}
	return Event{ID: c.id, Outcome: Stored}, nil
}

// create stores value as the result and reports whether the key holds this
// value.
func (c *callback) create(ctx context.Context, value []byte) (bool, error) {
	onFailure := func() { c.config.Observe(Event{ID: c.id, Outcome: Unstored, Body: c.body}) }
	return c.retry(ctx, onFailure, func(ctx context.Context) (bool, error) {
		return c.in.Store.Create(ctx, ResultKey(c.id.Hash()), value)
	})
}

// keepEndedMeanwhile handles a call that ended while its result was being
// stored. If the result still exists, no process has read it, and it is moved
// to the evidence.
func (c *callback) keepEndedMeanwhile(ctx context.Context) (Event, error) {
	key := ResultKey(c.id.Hash())
	if _, err := c.in.Store.Get(ctx, key); errors.Is(err, inbox.ErrNotExist) {
		return Event{ID: c.id, Outcome: Stored}, nil
	}
	event, err := c.keepEnded(ctx)
	if err == nil {
		err = c.in.Store.Delete(ctx, key)
	}
	return event, err
}

func (c *callback) keepNotFinal(ctx context.Context, reason string) (Event, error) {
	return c.keepEvidence(ctx, Event{ID: c.id, Outcome: NotFinal, Reason: reason}, c.body)
}

// keepEnded stores the callback of an ended order as evidence, without its
// password. It discards the callback of another call.
func (c *callback) keepEnded(ctx context.Context) (Event, error) {
	event := Event{ID: c.id, Outcome: Ended, Reason: "the call had ended"}
	if c.id.Kind() != id.Order {
		return event, nil
	}
	return c.keepEvidence(ctx, event, answer.WithoutPassword(c.body))
}

func (c *callback) keepEvidence(ctx context.Context, event Event, body []byte) (Event, error) {
	body, err := c.seal(ctx, body)
	if err != nil {
		return event, err
	}
	_, err = c.retry(ctx, func() {}, func(ctx context.Context) (bool, error) {
		return true, Evidence{Reason: event.Reason, Body: body}.Store(ctx, c.in.Store, c.id.Ref())
	})
	return event, err
}

func (c *callback) seal(ctx context.Context, body []byte) ([]byte, error) {
	if c.config.Seal == nil || len(body) == 0 {
		return body, nil
	}
	return c.config.Seal(ctx, c.in, c.id, body)
}

// ended reports whether the call has ended. If this cannot be looked up, it
// returns false, so that the callback is not lost.
func (c *callback) ended(ctx context.Context) bool {
	if c.config.Ended == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	ended, err := c.config.Ended(ctx, c.in, c.id)
	if err != nil {
		c.config.Logger.WarnContext(ctx, "unable to look up whether a call has ended", "call", c.id, "error", err)
	}
	return ended && err == nil
}
