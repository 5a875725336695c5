// Package directory keeps an inbox in a directory of the file system, for the
// processes of one machine.
//
// Create writes a value to a temporary file, syncs the file, links it to the
// name of the key, and syncs the folder before it returns. So no reader sees an
// incomplete value, and acknowledged values survive a power failure.
package directory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Store is an inbox.Store in a directory. Only the user of the process can read
// its files. The file system must support hard links.
type Store struct {
	path    string
	disk    disk
	folders syncer
	sweep   sweeper
	memory  memory
	format  inbox.FormatCheck
}

var _ inbox.Store = (*Store)(nil)

// New returns the Store at path. The first write creates the directory. An
// empty path and a path that begins with ~ are errors.
func New(path string) (*Store, error) {
	switch {
	case path == "":
		return nil, errors.New("the path of the inbox is empty; write the path of a directory")
	case path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`):
		return nil, fmt.Errorf("%q begins with ~, which only a shell replaces with your home directory; write pathexpand(%q), or the complete path", path, path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the path of the inbox cannot be made absolute: %w", err)
	}
	s := &Store{path: absolute, disk: system{}}
	s.folders.sync = func(folder string) error { return s.disk.syncFolder(folder) }
	return s, nil
}

// Path returns the absolute path of the directory. Every process of the same
// user can open the same inbox by this path.
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
		// Another process has created the key, or this call has: NFS repeats a
		// request whose answer was lost, and then answers that the link exists.
	}
}

// confirm reports whether the key holds value. If so, confirm syncs the folder,
// because the call that wrote the value may have failed before its sync.
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

// removeEmpty removes the folder of an order if it is empty. Errors are
// ignored: a folder with files must stay, and an empty folder does no harm.
func (s *Store) removeEmpty(folder string) {
	if filepath.Dir(folder) != s.path && folder != s.path {
		_ = s.disk.remove(folder)
	}
}

func (s *Store) file(key string) string { return filepath.Join(s.path, filepath.FromSlash(key)) }

// check runs before every call.
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

// readable runs before a read. It checks the arguments and, once, the layout of
// the inbox.
func (s *Store) readable(ctx context.Context, keys ...string) error {
	if err := s.check(ctx, keys...); err != nil {
		return err
	}
	return s.format.Read(ctx, s.get)
}

// writable runs before a write. It also creates the layout of a new inbox.
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
