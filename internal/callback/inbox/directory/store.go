// Package directory keeps an inbox in a directory of the file system, for the
// processes of one machine.
//
// A value is written to a file whose name is not a key, synced, and linked to its
// key; then the folder is synced, and only then does the caller learn of it. So
// no reader sees half a value, and what was acknowledged survives a power cut.
package directory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Store is an inbox.Store in a directory. Only the user of the process can read
// what it holds. The file system must support hard links.
type Store struct {
	path    string
	disk    disk
	folders syncer
	sweep   sweeper
	format  inbox.FormatCheck
}

var _ inbox.Store = (*Store)(nil)

// New returns the Store at path and touches nothing: the directory is made with
// the first value. It fails if path cannot be meant.
func New(path string) (*Store, error) {
	switch {
	case path == "":
		return nil, errors.New("the path of the inbox is empty; write the path of a directory")
	case path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`):
		return nil, fmt.Errorf("%q begins with ~, which only a shell replaces by your home directory; write pathexpand(%q), or the complete path", path, path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the path of the inbox cannot be completed: %w", err)
	}
	s := &Store{path: absolute, disk: system{}}
	s.folders.sync = func(folder string) error { return s.disk.syncFolder(folder) }
	return s, nil
}

// Path returns the absolute path of the directory. Every process of the same
// user can open a Store that has this method by its path.
func (s *Store) Path() string { return s.path }

// Create implements inbox.Store.
func (s *Store) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if err := s.writable(ctx, key); err != nil {
		return false, writeError(err)
	}
	return s.create(ctx, key, value)
}

func (s *Store) create(ctx context.Context, key string, value []byte) (bool, error) {
	for {
		if held, err := s.get(ctx, key); err == nil {
			return s.confirm(key, held, value)
		} else if !errors.Is(err, inbox.ErrNotExist) {
			return false, err
		}
		err := s.write(ctx, key, value, s.disk.link)
		if !errors.Is(err, fs.ErrExist) {
			return err == nil, writeError(err)
		}
		// Another process was faster, or it was this call: NFS may answer that the
		// link exists when it repeats a request whose answer was lost.
	}
}

// confirm reports whether the key holds value. If so, it is made durable: the
// call that wrote it may have failed before that.
func (s *Store) confirm(key string, held, value []byte) (bool, error) {
	if !bytes.Equal(held, value) {
		return false, nil
	}
	err := s.syncKeys(filepath.Dir(s.file(key)))
	return err == nil, writeError(err)
}

// Replace implements inbox.Store.
func (s *Store) Replace(ctx context.Context, key string, value []byte) error {
	err := inbox.CheckReplaceable(key)
	if err == nil {
		err = s.writable(ctx, key)
	}
	if err == nil {
		err = s.write(ctx, key, value, s.disk.rename)
	}
	return writeError(err)
}

// Get implements inbox.Store.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := s.readable(ctx, key); err != nil {
		return nil, readError(err)
	}
	return s.get(ctx, key)
}

func (s *Store) get(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := retryBusy(ctx, s.disk, func() (err error) {
		value, err = s.disk.readFile(s.file(key))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, inbox.ErrNotExist
	}
	return value, readError(err)
}

// List implements inbox.Store.
func (s *Store) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if err := errors.Join(inbox.CheckPrefix(prefix), s.readable(ctx)); err != nil {
		return inbox.Listing{}, readError(err)
	}
	var listing inbox.Listing
	folder := s.file(prefix[:strings.LastIndexByte(prefix, '/')+1])
	err := s.disk.walk(folder, func(path string, info fs.FileInfo) error {
		name, err := filepath.Rel(s.path, path)
		key := filepath.ToSlash(name)
		// Another name is the unfinished file of a process that was killed.
		if err == nil && strings.HasPrefix(key, prefix) && inbox.CheckKey(key) == nil {
			listing.Entries = append(listing.Entries, inbox.Entry{Key: key, Modified: info.ModTime(), Size: info.Size()})
		}
		return errors.Join(err, ctx.Err())
	})
	listing.Now = time.Now()
	slices.SortFunc(listing.Entries, func(a, b inbox.Entry) int { return strings.Compare(a.Key, b.Key) })
	return listing, readError(err)
}

// Delete implements inbox.Store.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	if err := s.check(ctx, keys...); err != nil {
		return writeError(err)
	}
	var failed error
	changed := map[string]bool{}
	for _, key := range keys {
		err := retryBusy(ctx, s.disk, func() error { return s.disk.remove(s.file(key)) })
		switch {
		case err == nil:
			changed[filepath.Dir(s.file(key))] = true
		case !errors.Is(err, fs.ErrNotExist):
			failed = errors.Join(failed, err)
		}
	}
	for folder := range changed {
		failed = errors.Join(failed, s.syncKeys(folder))
		s.removeEmpty(folder)
	}
	return writeError(failed)
}

// removeEmpty removes the folder of an order that has no keys any more. A folder
// that holds something cannot be removed, and an empty one does no harm.
func (s *Store) removeEmpty(folder string) {
	if filepath.Dir(folder) != s.path && folder != s.path {
		_ = s.disk.remove(folder)
	}
}

func (s *Store) file(key string) string { return filepath.Join(s.path, filepath.FromSlash(key)) }

// check is what comes before every call.
func (s *Store) check(ctx context.Context, keys ...string) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	for _, key := range keys {
		if err := inbox.CheckKey(key); err != nil {
			return err
		}
	}
	return s.checkFolder()
}

// readable is what comes before a read: the check, and once that of the layout.
func (s *Store) readable(ctx context.Context, keys ...string) error {
	if err := s.check(ctx, keys...); err != nil {
		return err
	}
	return s.format.Read(ctx, s.get)
}

// writable is what comes before a write.
func (s *Store) writable(ctx context.Context, keys ...string) error {
	if err := s.readable(ctx, keys...); err != nil {
		return err
	}
	return s.format.Write(ctx, s.create)
}

func readError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unable to read the inbox: %w", err)
}

func writeError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unable to write to the inbox: %w", err)
}
