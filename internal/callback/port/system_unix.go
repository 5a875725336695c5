//go:build !windows

package port

import (
	"io/fs"
	"os"
	"syscall"
)

// machineTemp is the folder of temporary files, independent of the environment.
var machineTemp = func() string { return "/tmp" }

// private reports whether only the user of this process can use a directory.
func private(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && info.Mode().Perm()&0o077 == 0 && int64(stat.Uid) == int64(os.Geteuid())
}
