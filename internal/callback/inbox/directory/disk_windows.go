package directory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// foldersHaveTimes is false, because this was not tested on Windows.
const foldersHaveTimes = false

// openFolder is an open folder.
type openFolder struct{ *os.File }

// stat implements folder.
func (f openFolder) stat(name string) (status, error) {
	info, err := os.Lstat(filepath.Join(f.Name(), name))
	if err != nil {
		return status{}, err
	}
	return status{info.ModTime(), info.Size()}, nil
}

// syncFolder does nothing: Windows cannot sync a folder.
func syncFolder(string) error { return nil }

// busy reports whether err is one that Windows returns while another process
// reads, replaces or removes the file.
func busy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) ||
		errors.Is(err, windows.ERROR_ACCESS_DENIED) ||
		errors.Is(err, windows.ERROR_DELETE_PENDING)
}

// checkPrivate returns nil. Windows has no mode bits; the folder inherits the
// access control list of the user's profile.
func checkPrivate(string, fs.FileInfo) error { return nil }
