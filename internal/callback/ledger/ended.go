package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Ended reports whether an order takes no callback any more: it has ended, or
// has no intent. Receivers ask before and after they store one.
func Ended(ctx context.Context, store inbox.Store, ref string) (bool, error) {
	prefix := OrderPrefix + ref + "/"
	list, err := store.List(ctx, prefix)
	if err != nil {
		return false, err
	}
	intent := false
	for _, entry := range list.Entries {
		name := strings.TrimPrefix(entry.Key, prefix)
		if name == intentName {
			intent = true
		}
		if _, ok := numbered(name, turnName); !ok {
			continue
		}
		value, err := store.Get(ctx, entry.Key)
		if errors.Is(err, inbox.ErrNotExist) {
			continue
		}
		var turn Turn
		if err == nil {
			err = json.Unmarshal(value, &turn)
		}
		if err != nil {
			return false, err
		}
		if turn.Kind == Confirmed || turn.Kind == Closed {
			return true, nil
		}
	}
	return !intent, nil
}
