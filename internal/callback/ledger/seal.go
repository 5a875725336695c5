package ledger

import (
	"context"
	"log/slog"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

const sealRetryInterval = 500 * time.Millisecond

// Sealer encrypts callbacks before a receiver stores them.
type Sealer struct {
	// Recipients can decrypt all callbacks. If it is nil, a callback is sealed
	// only to the recipient of its order.
	Recipients *seal.Recipients
	// Logger receives warnings, without the content of callbacks; nil discards
	// them.
	Logger *slog.Logger
}

func (s Sealer) warn(ctx context.Context, message string, args ...any) {
	if s.Logger != nil {
		s.Logger.WarnContext(ctx, message, args...)
	}
}

// Seal encrypts a callback to the Recipients and to the recipient in the intent
// of its order. It retries reading the intent until ctx ends: without that
// recipient, the process that waits could not decrypt the callback.
func (s Sealer) Seal(ctx context.Context, in receiver.Inbox, made id.ID, body []byte) ([]byte, error) {
	name := ""
	for made.Kind() == id.Order {
		var err error
		if name, err = Recipient(ctx, in.Store, made.Ref()); err == nil {
			break
		}
		s.warn(ctx, "unable to look up the recipient of an order", "call", made, "error", err)
		select {
		case <-time.After(sealRetryInterval):
		case <-ctx.Done():
			return nil, err
		}
	}
	to, err := s.sealTo(ctx, name)
	if err != nil || to == nil {
		return body, err
	}
	return to.Seal(body)
}

// sealTo returns the recipients of a callback, or nil.
func (s Sealer) sealTo(ctx context.Context, name string) (*seal.Recipients, error) {
	switch {
	case name == "":
		return s.Recipients, nil
	case s.Recipients == nil:
		return seal.ParseRecipients(name)
	}
	to, err := s.Recipients.With(name)
	if err != nil {
		// Some kinds of keys cannot be combined. The recipient of the order is
		// more important.
		s.warn(ctx, "a callback is sealed to the recipient of its order only", "recipient", name, "error", err)
		return seal.ParseRecipients(name)
	}
	return to, nil
}
