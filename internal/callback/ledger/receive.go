package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Ended reports whether an order accepts no result: it is confirmed or closed,
// or it has no intent. The receiver then stores its callback as evidence.
func Ended(ctx context.Context, store inbox.Store, ref string) (bool, error) {
	listing, err := store.List(ctx, orderKey(ref, ""))
	if err != nil {
		return false, err
	}
	placed := false
	for _, entry := range listing.Entries {
		name := strings.TrimPrefix(entry.Key, orderKey(ref, ""))
		if name == intentName {
			placed = true
		}
		if _, isTurn := numbered(name, turnName); !isTurn {
			continue
		}
		var turn Turn
		err := read(ctx, store, entry.Key, &turn)
		if errors.Is(err, inbox.ErrNotExist) {
			return true, nil // It was swept in the meantime.
		}
		if err != nil || turn.Kind == Confirmed || turn.Kind == Closed {
			return err == nil, err
		}
	}
	return !placed, nil
}

// Recipient returns the age recipient that the result of an order is sealed to,
// or "" if its intent names none.
func Recipient(ctx context.Context, store inbox.Store, ref string) (string, error) {
	var intent Intent
	err := read(ctx, store, IntentKey(ref), &intent)
	if errors.Is(err, inbox.ErrNotExist) {
		return "", nil
	}
	return intent.Recipient, err
}

func read(ctx context.Context, store inbox.Store, key string, value any) error {
	content, err := store.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, value); err != nil {
		return fmt.Errorf("%s of the inbox is damaged: %w", key, err)
	}
	return nil
}
