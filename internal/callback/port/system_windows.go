package port

import (
	"errors"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/windows"
)

// inUse is the error of listening on a port that is in use.
const inUse = windows.WSAEADDRINUSE

// shareSocket returns the listener unchanged: on Windows a socket can be
// duplicated only for a process whose id is known.
func (r *registry) shareSocket(listener net.Listener) (net.Listener, error) { return listener, nil }

// requestSocket returns an error that says why a port cannot be shared on
// Windows.
func (r *registry) requestSocket(net.Addr) (net.Listener, error) {
	return nil, errors.New("on Windows a port belongs to one process, so each run and each alias of the provider needs its own")
}

// private returns true. Windows has no mode bits; the directory inherits the
// access control list of the user's profile.
func private(info fs.FileInfo) bool { return info.IsDir() }

// machineTemp is where temporary files go: Windows has no other place.
var machineTemp = os.TempDir
