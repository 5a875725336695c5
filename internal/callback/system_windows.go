package callback

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// sharePort lets any number of processes listen on the same port.
func sharePort(_, _ string, conn syscall.RawConn) error {
	var failed error
	err := conn.Control(func(fd uintptr) {
		failed = windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, 1)
	})
	return errors.Join(err, failed)
}

// private trusts the access control list that a directory inherits from the
// user's profile: mode bits say nothing on Windows.
func private(info fs.FileInfo) bool { return info.IsDir() }

// syncFolder does nothing: Windows cannot sync a directory.
func syncFolder(string) error { return nil }

// machineTemp is where temporary files go: the system has no place besides.
var machineTemp = os.TempDir
