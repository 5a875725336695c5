package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// prepare checks that the relay can write, read and delete keys of the inbox,
// and returns the key of the inbox. A relay that cannot store callbacks must
// not start.
func prepare(ctx context.Context, store inbox.Store) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, errors.New("it did not answer within a minute"))
	defer cancel()
	var format inbox.FormatCheck
	err := format.Read(ctx, store.Get)
	if err == nil {
		err = format.Write(ctx, store.Create)
	}
	if err != nil {
		return nil, err
	}
	key := "probe/" + strings.ToLower(rand.Text())
	created, err := store.Create(ctx, key, []byte("relay"))
	if err == nil && !created {
		err = errors.New("a new key holds another value")
	}
	if err != nil {
		return nil, err
	}
	_, readErr := store.Get(ctx, key)
	_, listErr := store.List(ctx, "probe/")
	if err := errors.Join(readErr, listErr, store.Delete(ctx, key)); err != nil {
		return nil, err
	}
	signing, err := id.MakeKey(ctx, store)
	if err != nil {
		return nil, fmt.Errorf("its key cannot be created: %w", err)
	}
	return signing, nil
}
