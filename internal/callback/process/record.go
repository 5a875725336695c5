package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// record is the value of the key of a process.
type record struct {
	Identity
	// Ended is set after a Shutdown call of Terraform, and only then.
	Ended bool `json:"ended"`
}

// Key returns the inbox key of the record of a process.
func Key(id string) string { return inbox.ProcessPrefix + id }

func (r record) save(ctx context.Context, store inbox.Store) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return store.Replace(ctx, Key(r.ID), value)
}

// load returns nil if there is no record.
func load(ctx context.Context, store inbox.Store, id string) (*record, error) {
	value, err := store.Get(ctx, Key(id))
	if errors.Is(err, inbox.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := new(record)
	if err := json.Unmarshal(value, r); err != nil {
		return nil, fmt.Errorf("the inbox key %s does not hold the record of a process: %w", Key(id), err)
	}
	return r, nil
}
