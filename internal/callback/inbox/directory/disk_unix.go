//go:build !windows

package directory

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// foldersHaveTimes reports whether the time of a folder changes with each file
// that is added to it or removed from it.
const foldersHaveTimes = true

// openFolder is an open folder.
type openFolder struct{ *os.File }

// stat implements folder. It looks up the name in the open folder, which takes a
// third of the time of looking up a complete path.
func (f openFolder) stat(name string) (status, error) {
	var found unix.Stat_t
	err := error(unix.EINTR)
	for errors.Is(err, unix.EINTR) {
		err = unix.Fstatat(int(f.Fd()), name, &found, unix.AT_SYMLINK_NOFOLLOW)
	}
	if err != nil {
		return status{}, &fs.PathError{Op: "stat", Path: filepath.Join(f.Name(), name), Err: err}
	}
	return status{time.Unix(found.Mtim.Unix()), found.Size}, nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	// Some network file systems do not support and do not need a sync of a
	// folder.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, folder.Close())
}

// busy reports false: except on Windows, an open file can be replaced.
func busy(error) bool { return false }

// checkPrivate returns an error if another user can read or change the folder.
func checkPrivate(path string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch user := os.Geteuid(); {
	case !ok:
		return fmt.Errorf("the owner of %s is unknown", path)
	case int64(stat.Uid) != int64(user):
		return fmt.Errorf("%s belongs to user %d, but this process runs as user %d, so that user could forge callbacks; "+
			"remove the folder or choose another inbox", path, stat.Uid, user)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s has mode %04o, so other users could read passwords or forge callbacks; "+
			"if only you have written to it, run: chmod 700 %s", path, info.Mode().Perm(), path)
	}
	return nil
}
