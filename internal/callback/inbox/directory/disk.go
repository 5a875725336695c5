package directory

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// disk holds the file system calls of a Store, so that tests can record them
// and make them fail.
type disk interface {
	// create creates a file of mode 0600 whose name is not a valid key.
	create(folder string) (file, error)
	link(from, to string) error
	rename(from, to string) error
	remove(path string) error
	mkdir(path string) error
	readFile(path string) ([]byte, error)
	stat(path string) (fs.FileInfo, error)
	openFolder(path string) (folder, error)
	// syncFolder makes the names in a folder durable.
	syncFolder(path string) error
	// busy reports whether err ends when another process closes the file.
	busy(err error) bool
}

// file is an open file of a disk.
type file interface {
	Name() string
	Write(p []byte) (int, error)
	Sync() error
	Close() error
}

// folder is an open folder of a disk.
type folder interface {
	ReadDir(n int) ([]fs.DirEntry, error)
	// stat returns the status of an entry of the folder.
	stat(name string) (status, error)
	Close() error
}

// status is the time of the last change of a file or folder, and its size.
type status struct {
	modified time.Time
	size     int64
}

// temporaryPrefix is the prefix of unfinished files. No key begins with it.
const temporaryPrefix = ".new-"

// system is the disk of this machine.
type system struct{}

func (system) create(folder string) (file, error) {
	f, err := os.CreateTemp(folder, temporaryPrefix+"*")
	if err != nil {
		return nil, err // Returning f would be a file that is not nil.
	}
	return f, nil
}

func (system) openFolder(path string) (folder, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return openFolder{f}, nil
}

func (system) link(from, to string) error            { return os.Link(from, to) }
func (system) rename(from, to string) error          { return os.Rename(from, to) }
func (system) remove(path string) error              { return os.Remove(path) }
func (system) mkdir(path string) error               { return os.Mkdir(path, 0o700) }
func (system) readFile(path string) ([]byte, error)  { return os.ReadFile(path) }
func (system) stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
func (system) syncFolder(path string) error          { return syncFolder(path) }
func (system) busy(err error) bool                   { return busy(err) }

const (
	busyTimeout  = 2 * time.Second
	busyInterval = 5 * time.Millisecond
)

// retryBusy retries call while another process has the file open. On Windows an
// open file cannot be replaced or removed.
func retryBusy(ctx context.Context, d disk, call func() error) error {
	err := call()
	for deadline := time.Now().Add(busyTimeout); err != nil && d.busy(err) && time.Now().Before(deadline); {
		select {
		case <-time.After(busyInterval):
			err = call()
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		}
	}
	return err
}
