package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const writePause = 200 * time.Millisecond

// write creates a key. It retries while the outcome is unknown, which is safe:
// the store reports whether the key holds exactly this value. It continues
// after the end of ctx, because the event that it records has already happened.
func (l *Ledger) write(ctx context.Context, key string, value []byte) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	for {
		won, err := l.cfg.Store.Create(ctx, key, value)
		if err == nil {
			return won, nil
		}
		select {
		case <-time.After(writePause):
		case <-ctx.Done():
			return false, fmt.Errorf("unable to write %s to the inbox: %w", key, err)
		}
	}
}

// writeStep executes a StepWrite.
func (l *Ledger) writeStep(ctx context.Context, self Self, intent *Intent, step Step) Event {
	key, value := "", any(AnswerValue{Message: step.Write.Message, Nonce: self.Nonce})
	switch step.Write.Kind {
	case WriteIntent:
		key, value = IntentKey(step.Ref), intent
	case WriteAccepted:
		key = orderKey(step.Ref, acceptedName)
	case WriteRefused:
		key = orderKey(step.Ref, refusedName)
	case WriteUnsent:
		key = orderKey(step.Ref, unsentName)
	case WriteDisk:
		// Two holders may write the same size; both continue.
		key, value = diskKey(step.Ref, step.Write.GiB), struct{}{}
	case WriteTurn:
		key, value = TurnKey(step.Ref, step.Write.N), step.Write.Turn
	}
	won, err := l.write(ctx, key, encode(value))
	switch {
	case err != nil:
		l.log.WarnContext(ctx, "unable to write to the inbox", "order", step.Ref, "error", err)
		return Event{Kind: Failed}
	case won:
		if step.Write.Turn.Kind == Released {
			l.outdate()
		}
		return Event{Kind: Wrote}
	}
	return Event{Kind: Taken}
}

// reasonEnded is the reason in the evidence of an order that had ended.
const reasonEnded = "the order had ended"

// setAside stores the callback of an order as evidence, with its body changed
// by change, and deletes the result.
func (l *Ledger) setAside(ctx context.Context, ref, reason string, change func([]byte) []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	value, err := l.cfg.Store.Get(ctx, ResultKey(ref))
	if errors.Is(err, inbox.ErrNotExist) {
		l.mu.Lock()
		value, err = l.received[ref], nil
		l.mu.Unlock()
	}
	if err != nil {
		return err
	}
	if err := l.addEvidence(ctx, ref, reason, change(value)); err != nil {
		return err
	}
	l.removeReceived(ref)
	return l.cfg.Store.Delete(ctx, ResultKey(ref))
}

// reject stores as evidence a callback that is not the result. A later callback
// may be the result: the receiver stored it as evidence, because the key of the
// result existed.
func (l *Ledger) reject(ctx context.Context, ref string) error {
	if err := l.setAside(ctx, ref, "it names a desktop of another order, or one that existed before", slices.Clone); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	listing, err := l.cfg.Store.List(ctx, receiver.EvidencePrefix(ref))
	if err != nil {
		return err
	}
	for _, entry := range listing.Entries {
		value, err := l.cfg.Store.Get(ctx, entry.Key)
		if errors.Is(err, inbox.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		var kept receiver.Evidence
		if json.Unmarshal(value, &kept) != nil || kept.Reason != receiver.Repeated {
			continue
		}
		created, err := l.cfg.Store.Create(ctx, ResultKey(ref), kept.Body)
		if err != nil || !created {
			return err
		}
		return l.cfg.Store.Delete(ctx, entry.Key)
	}
	return nil
}

// addEvidence stores a callback that is not the result of its order.
func (l *Ledger) addEvidence(ctx context.Context, ref, reason string, value []byte) error {
	if value == nil {
		return nil
	}
	return receiver.Evidence{Reason: reason, Body: value}.Store(ctx, l.cfg.Store, ref)
}

// redact removes the password from a stored callback. It replaces a callback
// that it cannot decrypt.
func (l *Ledger) redact(value []byte) []byte {
	body, err := l.cfg.Open(value)
	if err != nil {
		return []byte(`{"message":"This callback was sealed and could not be opened."}`)
	}
	return l.cfg.Redact(body)
}
