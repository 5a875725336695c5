package id

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	keyName = "key"
	keySize = 32
)

// MakeKey returns the HMAC key of the inbox, and creates it if there is none.
func MakeKey(ctx context.Context, store inbox.Store) ([]byte, error) {
	key, err := ReadKey(ctx, store)
	if !errors.Is(err, inbox.ErrNotExist) {
		return key, err
	}
	made := make([]byte, keySize)
	if _, err := rand.Read(made); err != nil {
		return nil, err
	}
	// If another process was faster, the stored key is used.
	if _, err := store.Create(ctx, keyName, made); err != nil {
		return nil, err
	}
	return ReadKey(ctx, store)
}

// ReadKey returns the key of the inbox, or inbox.ErrNotExist.
func ReadKey(ctx context.Context, store inbox.Store) ([]byte, error) {
	key, err := store.Get(ctx, keyName)
	if err == nil && len(key) != keySize {
		return nil, fmt.Errorf("the inbox's key has %d bytes instead of %d; restore it, or use an inbox that is empty", len(key), keySize)
	}
	return key, err
}

// Fingerprint returns a hash of the key that identifies the inbox. It is not secret.
func Fingerprint(key []byte) string { return mac(key, "fingerprint", "") }
