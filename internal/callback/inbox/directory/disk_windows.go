package directory

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/windows"
)

// syncFolder does nothing: Windows cannot sync a folder.
func syncFolder(string) error { return nil }

// busy reports what Windows answers while another process reads, replaces or
// removes the file.
func busy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) ||
		errors.Is(err, windows.ERROR_ACCESS_DENIED) ||
		errors.Is(err, windows.ERROR_DELETE_PENDING)
}

// checkPrivate trusts the access control list that a folder inherits from the
// user's profile: mode bits say nothing on Windows.
func checkPrivate(string, fs.FileInfo) error { return nil }
