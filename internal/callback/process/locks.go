package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Locks are the locks of the processes that share an inbox.
type Locks interface {
	// Lock locks the file of a starting process until release is called or the
	// process dies.
	Lock(id string) (release func() error, err error)
	// Locked reports whether the process holds its lock.
	Locked(id string) (bool, error)
}

// FileLocks are advisory locks of files in a directory.
type FileLocks struct {
	path    string
	tryLock func(file *os.File, exclusive bool) error
}

// NewFileLocks returns the locks for the inbox in a directory. It creates no
// files. The lock files are not keys of the inbox, and not the files of the
// process records, because each heartbeat replaces those.
func NewFileLocks(inboxPath string) *FileLocks {
	return &FileLocks{filepath.Join(inboxPath, ".locks"), tryLock}
}

// oldLock is the age at which the lock file of a dead process is removed.
const oldLock = 24 * time.Hour

// errLocked is returned by tryLock if another open file holds the lock.
var errLocked = errors.New("the file is locked")

// Lock implements Locks.
func (l *FileLocks) Lock(id string) (func() error, error) {
	if err := os.MkdirAll(l.path, 0o700); err != nil {
		return nil, fmt.Errorf("unable to write to the inbox: %w", err)
	}
	file, err := os.OpenFile(l.file(id), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("unable to write to the inbox: %w", err)
	}
	release := func() error { return errors.Join(file.Close(), l.remove(id)) }
	err = l.tryLock(file, true)
	if err == nil {
		err = l.checkWorking(id)
	}
	if err != nil {
		return nil, errors.Join(&NoLocksError{l.path, err}, release())
	}
	l.removeOld()
	return release, nil
}

// removeOld removes the lock files of dead processes. It removes only old
// files, because a new one may be about to be locked. Errors are ignored: a
// file that stays does no harm.
func (l *FileLocks) removeOld() {
	files, _ := os.ReadDir(l.path)
	for _, file := range files {
		info, err := file.Info()
		if err != nil || time.Since(info.ModTime()) < oldLock {
			continue
		}
		if locked, err := l.Locked(file.Name()); err == nil && !locked {
			_ = l.remove(file.Name())
		}
	}
}

// checkWorking returns an error on a file system where a file can be locked
// twice.
func (l *FileLocks) checkWorking(id string) error {
	locked, err := l.Locked(id)
	if err == nil && !locked {
		err = errors.New("it was locked twice at the same time")
	}
	return err
}

// Locked implements Locks. It needs no write permission. It takes a shared lock
// for a moment, so that several processes can call it at the same time.
func (l *FileLocks) Locked(id string) (bool, error) {
	file, err := os.Open(l.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = l.tryLock(file, false)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if errors.Is(err, errLocked) {
		return true, nil
	}
	return false, err
}

func (l *FileLocks) remove(id string) error {
	if err := os.Remove(l.file(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (l *FileLocks) file(id string) string { return filepath.Join(l.path, id) }

// NoLocksError is the error of a directory in which files cannot be locked.
type NoLocksError struct {
	Path string
	Err  error
}

func (e *NoLocksError) Error() string {
	return fmt.Sprintf("files in %s cannot be locked (%v), so the provider could not tell whether another one still waits for an order. "+
		"Use a directory on a local disk as the inbox, or a bucket: inbox = \"s3://bucket/prefix\".", e.Path, e.Err)
}

func (e *NoLocksError) Unwrap() error { return e.Err }
