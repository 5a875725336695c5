package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const writePause = 200 * time.Millisecond

// write creates a key. It is repeated while the outcome is unknown, which is
// harmless: the store says whether the key holds exactly this value. It goes on
// after ctx has ended, because what it writes has happened.
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

// writeStep writes what a Step says.
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
		// Two holders may write the same size, and both may go on.
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
		return Event{Kind: Wrote}
	}
	return Event{Kind: Taken}
}

// setAside turns the callback of an order into evidence, with what change makes
// of its body, and deletes the result.
func (l *Ledger) setAside(ctx context.Context, ref string, change func([]byte) []byte) error {
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
	if err := l.addEvidence(ctx, ref, change(value)); err != nil {
		return err
	}
	l.forget(ref)
	return l.cfg.Store.Delete(ctx, ResultKey(ref))
}

func (l *Ledger) addEvidence(ctx context.Context, ref string, value []byte) error {
	for n := 1; value != nil; n++ {
		if won, err := l.cfg.Store.Create(ctx, EvidenceKey(ref, n), value); won || err != nil {
			return err
		}
	}
	return nil
}

// redact removes the password from a stored callback. What cannot be opened has
// none that anybody needs.
func (l *Ledger) redact(value []byte) []byte {
	body, err := l.cfg.Open(value)
	if err != nil {
		return []byte(`{"message":"a sealed callback, removed because its order had ended"}`)
	}
	return l.cfg.Redact(body)
}
