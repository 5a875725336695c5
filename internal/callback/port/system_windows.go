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

// shareSocket shares nothing: Windows makes a copy of a socket only for a process
// that is known by its number.
func (r *registry) shareSocket(listener net.Listener) (net.Listener, error) { return listener, nil }

// requestSocket returns the reason why no process can be asked.
func (r *registry) requestSocket(net.Addr) (net.Listener, error) {
	return nil, errors.New("on Windows a port belongs to one process, so each run and each alias of the provider needs its own")
}

// private trusts the access control list that a directory inherits from the
// user's profile: mode bits say nothing on Windows.
func private(info fs.FileInfo) bool { return info.IsDir() }

// machineTemp is where temporary files go: Windows has no other place.
var machineTemp = os.TempDir
