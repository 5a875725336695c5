//go:build !windows

package callback

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// machineTemp is where temporary files go whatever the environment says.
var machineTemp = func() string { return "/tmp" }

// private reports whether only the user of this process can use a directory.
func private(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && info.Mode().Perm()&0o077 == 0 && int64(stat.Uid) == int64(os.Geteuid())
}

// syncFolder brings the names in a directory to the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	// Some network file systems cannot sync a directory and need not.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, folder.Close())
}
