package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
)

// FormatKey is the key of the Format, which the first client of an inbox writes.
const FormatKey = "format.json"

// FormatVersion is the newest layout of keys and values that this version
// supports.
const FormatVersion = 1

// Format describes the layout of an inbox.
type Format struct {
	Version int `json:"version"`
	// Create names the way in which a bucket creates an object only if it does
	// not exist.
	Create string `json:"create,omitempty"`
}

// ParseFormat decodes a Format. A layout that is newer than this version is an
// error.
func ParseFormat(value []byte) (Format, error) {
	var f Format
	if err := json.Unmarshal(value, &f); err != nil || f.Version < 1 {
		return Format{}, fmt.Errorf("%s of the inbox is damaged; restore it, or use an inbox that is empty", FormatKey)
	}
	if f.Version > FormatVersion {
		return Format{}, fmt.Errorf("the inbox has layout %d, and this version of the provider supports layouts up to %d; "+
			"upgrade the provider or the relay", f.Version, FormatVersion)
	}
	return f, nil
}

// FormatCheck checks the Format of an inbox once, before the first call of a
// client. Its zero value is ready to use.
type FormatCheck struct {
	readable, writable atomic.Bool
}

// Read returns an error if the layout is newer than FormatVersion. An empty
// inbox has no layout yet, which is not an error.
func (c *FormatCheck) Read(ctx context.Context, get func(ctx context.Context, key string) ([]byte, error)) error {
	if c.readable.Load() {
		return nil
	}
	value, err := get(ctx, FormatKey)
	if errors.Is(err, ErrNotExist) {
		return nil
	}
	if err == nil {
		_, err = ParseFormat(value)
	}
	if err == nil {
		c.readable.Store(true)
	}
	return err
}

// Write creates the Format, if there is none, before the first value is
// written.
func (c *FormatCheck) Write(ctx context.Context, create func(ctx context.Context, key string, value []byte) (bool, error)) error {
	if c.writable.Load() {
		return nil
	}
	value, err := json.Marshal(Format{Version: FormatVersion})
	if err == nil {
		// If create returns false, another client has written the Format, and
		// Read checks it.
		_, err = create(ctx, FormatKey, value)
	}
	if err == nil {
		c.writable.Store(true)
	}
	return err
}
