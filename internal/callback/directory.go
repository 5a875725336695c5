package callback

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Directory is a Store in a directory of the file system, which must know hard
// links. Only its owner can read what it holds.
type Directory struct {
	path string
}

// NewDirectory returns the Store at path and touches nothing: the directory is
// made with the first value.
func NewDirectory(path string) *Directory { return &Directory{path: path} }

// Path is where the directory is. A Store with this method can be opened by
// every process of the same user, with NewDirectory.
func (d *Directory) Path() string { return d.path }

// PutIfAbsent implements Store.
func (d *Directory) PutIfAbsent(_ context.Context, key string, value []byte) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	if _, err := os.Lstat(d.file(key)); err == nil {
		return false, nil
	}
	taken := false
	err := d.write(key, value, func(from, to string) error {
		// A link appears with its whole content and never replaces a file.
		err := os.Link(from, to)
		if taken = errors.Is(err, fs.ErrExist); taken {
			return nil
		}
		return err
	})
	return err == nil && !taken, err
}

// Put implements Store.
func (d *Directory) Put(_ context.Context, key string, value []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return d.write(key, value, os.Rename)
}

// Get implements Store.
func (d *Directory) Get(_ context.Context, key string) ([]byte, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	value, err := os.ReadFile(d.file(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotExist
	}
	return value, err
}

// List implements Store.
func (d *Directory) List(ctx context.Context, prefix string) ([]string, error) {
	folder := prefix[:strings.LastIndexByte(prefix, '/')+1]
	if folder != "" {
		if err := checkKey(strings.TrimSuffix(folder, "/")); err != nil {
			return nil, err
		}
	}
	var keys []string
	err := filepath.WalkDir(d.file(folder), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // Deleted meanwhile, or never made.
		}
		if err = errors.Join(err, ctx.Err()); err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(d.path, path)
		key := filepath.ToSlash(name)
		// What is no key is the unfinished file of a process that was killed.
		if err == nil && strings.HasPrefix(key, prefix) && checkKey(key) == nil {
			keys = append(keys, key)
		}
		return err
	})
	slices.Sort(keys)
	return keys, err
}

// Delete implements Store.
func (d *Directory) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := os.Remove(d.file(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d *Directory) file(key string) string { return filepath.Join(d.path, filepath.FromSlash(key)) }

// write brings value to the disk under a name that is no key, and then under
// its own with place, so that neither another process nor a crash finds half of it.
func (d *Directory) write(key string, value []byte, place func(from, to string) error) error {
	target := d.file(key)
	folder := filepath.Dir(target)
	if err := makeFolder(folder); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(folder, ".new-*") // With mode 0600.
	if err != nil {
		return err
	}
	_, err = temporary.Write(value)
	if err == nil {
		err = temporary.Sync()
	}
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = place(temporary.Name(), target)
	}
	if gone := os.Remove(temporary.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if err != nil {
		return fmt.Errorf("unable to write to the inbox: %w", err)
	}
	return syncFolder(folder)
}

// makeFolder is os.MkdirAll that also survives a crash.
func makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		if info, statErr := os.Stat(path); statErr != nil || !info.IsDir() {
			return err
		}
	}
	return syncFolder(parent)
}
