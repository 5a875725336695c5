package callback

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrNotExist is what Get returns for a key that holds nothing.
var ErrNotExist = errors.New("there is nothing under this key")

// Store is an inbox: where callbacks land and operations are remembered, shared
// by every process that may receive or await them. A value is seen whole or not
// at all.
//
// A key is one or more segments joined by slashes. A segment holds lower-case
// letters, digits, "-", "_" and ".", and does not begin with "."; it names the
// same thing in a bucket and on a file system that ignores case. No key is the
// beginning of another one's path ("a" and "a/b").
type Store interface {
	// PutIfAbsent stores value unless the key holds one, and reports whether it did.
	PutIfAbsent(ctx context.Context, key string, value []byte) (bool, error)
	// Put stores value in the place of what the key holds.
	Put(ctx context.Context, key string, value []byte) error
	// Get returns what the key holds, or ErrNotExist.
	Get(ctx context.Context, key string) ([]byte, error)
	// List returns the keys that begin with prefix, in order.
	List(ctx context.Context, prefix string) ([]string, error)
	// Delete empties the key; one that holds nothing is no error.
	Delete(ctx context.Context, key string) error
}

const maxSegment = 128

func checkKey(key string) error {
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment[0] == '.' || len(segment) > maxSegment || strings.Trim(segment, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			return fmt.Errorf("%q cannot be a key of an inbox", key)
		}
	}
	return nil
}
