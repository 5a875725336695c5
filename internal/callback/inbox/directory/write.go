package directory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// write writes value to a temporary file and syncs it. Then place gives the
// file the name of the key, so that no process ever reads an incomplete value.
func (s *Store) write(ctx context.Context, key string, value []byte, place func(from, to string) error) error {
	s.sweep.once(s)
	target := s.file(key)
	folder := filepath.Dir(target)
	temporary, err := s.createIn(folder)
	if err != nil {
		return err
	}
	_, err = temporary.Write(value)
	if err == nil {
		err = temporary.Sync()
	}
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = retryBusy(ctx, s.disk, func() error { return place(temporary.Name(), target) })
	}
	if noHardLinks(err) {
		err = fmt.Errorf("the file system does not support hard links; choose a directory on another disk, or a bucket (s3://…), as the inbox: %w", err)
	}
	// After a rename the temporary file does not exist, and remove returns an
	// error.
	if removed := s.disk.remove(temporary.Name()); removed != nil && !errors.Is(removed, fs.ErrNotExist) && err == nil {
		err = removed
	}
	if err != nil {
		return err
	}
	return s.syncKeys(folder)
}

// syncKeys makes the names in a folder durable. Another process may have
// deleted the keys and the folder in the meantime.
func (s *Store) syncKeys(folder string) error {
	err := s.folders.Sync(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// noHardLinks reports whether err means that the file system has no hard links.
// FAT returns EPERM.
func noHardLinks(err error) bool {
	linkErr, ok := errors.AsType[*os.LinkError](err)
	return ok && linkErr.Op == "link" && (errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission))
}

// folderTries limits how often a folder is created that another process removes
// because it is empty.
const folderTries = 20

// createIn creates a temporary file in the folder, and the folder if needed.
func (s *Store) createIn(folder string) (file, error) {
	var f file
	err := error(fs.ErrNotExist)
	for try := 0; errors.Is(err, fs.ErrNotExist) && try < folderTries; try++ {
		if err = s.makeFolder(folder); err == nil {
			f, err = s.disk.create(folder)
		}
	}
	return f, err
}

// makeFolder creates a folder and its parents with mode 0700, and syncs them,
// so that they survive a crash.
func (s *Store) makeFolder(path string) error {
	if info, err := s.disk.stat(path); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := s.makeFolder(parent); err != nil {
			return err
		}
	}
	if err := s.disk.mkdir(path); err != nil {
		if info, statErr := s.disk.stat(path); statErr != nil || !info.IsDir() {
			return err
		}
	}
	return s.folders.Sync(parent)
}

// checkFolder returns an error if another user may have written to the inbox. A
// folder that does not exist yet is created with mode 0700.
func (s *Store) checkFolder() error {
	info, err := s.disk.stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory", s.path)
	}
	return checkPrivate(s.path, info)
}
