// Package inbox defines the Store for callbacks and orders. Its subpackages
// implement it with a directory, a bucket, and a relay.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNotExist is the error of Get for a key without a value.
var ErrNotExist = errors.New("the inbox holds no value under this key")

// Store is an inbox, shared by every process that receives callbacks or waits
// for them. A reader never sees an incomplete value. A call that returns an
// error may still have taken effect.
//
// A key is one or more segments joined by slashes. A segment consists of
// lower-case letters, digits, "-", "_" and ".". It does not begin with "." and
// has at most 128 bytes. So it is valid in a bucket and in a file system that
// ignores case. No key is a parent folder of another key ("a" and "a/b").
type Store interface {
	// Create stores value if the key has none. It reports whether the key holds
	// exactly this value afterwards, so that a call can be repeated safely
	// after an error.
	Create(ctx context.Context, key string, value []byte) (bool, error)
	// Get returns the value of the key, or ErrNotExist.
	Get(ctx context.Context, key string) ([]byte, error)
	// List returns the keys that begin with prefix, sorted by key. It is not a
	// snapshot: a key that is created or deleted during the call may or may not
	// be listed.
	List(ctx context.Context, prefix string) (Listing, error)
	// Replace stores value and overwrites the old one, if any. Only keys below
	// ProcessPrefix may be replaced.
	Replace(ctx context.Context, key string, value []byte) error
	// Delete removes the keys; a key without a value is not an error.
	Delete(ctx context.Context, keys ...string) error
}

// ProcessPrefix is the prefix of the keys that may be overwritten. All other
// keys are written once.
const ProcessPrefix = "processes/"

// Waiter is a Store that can wait for new keys, which is faster than polling.
type Waiter interface {
	// Wait returns when a key with the prefix may have been created that did not
	// exist when Wait returned seen, or after some seconds. It returns an error when
	// ctx ends. Each caller passes the result of its last call as seen, and "" in
	// the first call. A List that starts afterwards contains the new keys.
	Wait(ctx context.Context, prefix, seen string) (string, error)
}

// Listing is the result of Store.List.
type Listing struct {
	// Now is the time of the listing. It is from the same clock as Modified,
	// which may differ from that of this machine.
	Now     time.Time
	Entries []Entry
}

// Entry is a key, with the size and time of its value.
type Entry struct {
	Key      string
	Modified time.Time
	Size     int64 // In bytes.
}

const maxSegment = 128

// CheckKey returns an error if key does not have the form that Store describes.
func CheckKey(key string) error {
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment[0] == '.' || len(segment) > maxSegment || strings.Trim(segment, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			return fmt.Errorf("%q is not a valid inbox key", key)
		}
	}
	return nil
}

// CheckPrefix returns an error if no valid key begins with prefix.
func CheckPrefix(prefix string) error {
	key := prefix
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		key += "x"
	}
	if CheckKey(key) != nil {
		return fmt.Errorf("%q is not the beginning of a valid inbox key", prefix)
	}
	return nil
}

// CheckReplaceable returns an error if the key is written once.
func CheckReplaceable(key string) error {
	if !strings.HasPrefix(key, ProcessPrefix) {
		return fmt.Errorf("%q cannot be replaced: only keys below %q can", key, ProcessPrefix)
	}
	return nil
}
