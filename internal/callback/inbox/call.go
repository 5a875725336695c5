package inbox

import (
	"context"
	"fmt"
)

// CheckCall returns the cause of ctx if it has ended, or the error of CheckKey
// for the first invalid key.
func CheckCall(ctx context.Context, keys ...string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, key := range keys {
		if err := CheckKey(key); err != nil {
			return err
		}
	}
	return nil
}

// ReadError adds to err that the inbox could not be read. It returns nil for
// nil.
func ReadError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unable to read the inbox: %w", err)
}

// WriteError adds to err that the inbox could not be written to. It returns nil
// for nil.
func WriteError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unable to write to the inbox: %w", err)
}
