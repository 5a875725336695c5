package inbox

import (
	"context"
	"fmt"
)

// CheckCall returns the cause of a ctx that has ended, or the error of CheckKey
// for the first key that does not have the form of one.
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

// ReadError says that the inbox could not be read; nil stays nil.
func ReadError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unable to read the inbox: %w", err)
}

// WriteError says that the inbox could not be written to; nil stays nil.
func WriteError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unable to write to the inbox: %w", err)
}
