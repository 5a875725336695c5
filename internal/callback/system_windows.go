package callback

import (
	"errors"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/windows"
)

// inUse is the error of listening on a port that is taken.
const inUse = windows.WSAEADDRINUSE

// offer does nothing: Windows makes a copy of a socket only for a process that
// is known by its number.
func (p *peers) offer(listener net.Listener) (net.Listener, error) { return listener, nil }

// ask says why there is nobody to ask.
func (p *peers) ask(net.Addr) (net.Listener, error) {
	return nil, errors.New("on Windows a port belongs to one process, so each run and each alias of the provider needs its own")
}

// private trusts the access control list that a directory inherits from the
// user's profile: mode bits say nothing on Windows.
func private(info fs.FileInfo) bool { return info.IsDir() }

// syncFolder does nothing: Windows cannot sync a directory.
func syncFolder(string) error { return nil }

// machineTemp is where temporary files go: the system has no place besides.
var machineTemp = os.TempDir
