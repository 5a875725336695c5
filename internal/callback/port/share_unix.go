//go:build !windows

package port

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// inUse is the error of listening on a port that is in use.
const inUse = unix.EADDRINUSE

const (
	// answerTimeout limits how long to wait until a process sends its socket.
	answerTimeout = 500 * time.Millisecond
	// acceptInterval is the pause after a temporary error, such as too many
	// open files.
	acceptInterval = 50 * time.Millisecond
	// unfinishedAge is the age at which an unfinished handover socket belongs
	// to a killed process.
	unfinishedAge = time.Minute
)

// sharedListener is a listener that sends its socket to other processes on
// request.
type sharedListener struct {
	net.Listener
	socket   syscall.Conn
	handover *net.UnixListener
	path     string
}

// shareSocket offers the socket of listener to other processes until the
// returned listener is closed.
func (r *registry) shareSocket(listener net.Listener) (net.Listener, error) {
	socket, ok := listener.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("a %T has no socket", listener)
	}
	if err := os.MkdirAll(r.sockets, 0o700); err != nil {
		return nil, err
	}
	r.removeUnfinished()
	// The name is short, because the path of a socket is limited to about 100
	// bytes.
	name := rand.Text()[:8]
	// A process that gets no connection removes the socket, as that of a dead
	// process. So the socket is created in another folder, and moved when it
	// accepts connections.
	unfinished := filepath.Join(filepath.Dir(r.sockets), name)
	handover, err := net.ListenUnix("unix", &net.UnixAddr{Name: unfinished, Net: "unix"})
	if err != nil {
		return nil, err
	}
	s := &sharedListener{listener, socket, handover, filepath.Join(r.sockets, name)}
	if err := os.Rename(unfinished, s.path); err != nil {
		return nil, errors.Join(err, handover.Close())
	}
	handover.SetUnlinkOnClose(false) // Close would remove it at the old path.
	go s.answer()
	return s, nil
}

// removeUnfinished removes the sockets of processes that were killed before
// they moved them.
func (r *registry) removeUnfinished() {
	folder := filepath.Dir(r.sockets)
	files, err := os.ReadDir(folder)
	if err != nil {
		return // They do no harm.
	}
	for _, file := range files {
		info, err := file.Info()
		if err == nil && info.Mode().Type() == fs.ModeSocket && time.Since(info.ModTime()) > unfinishedAge {
			_ = os.Remove(filepath.Join(folder, file.Name()))
		}
	}
}

// Close closes the socket in this process. The other processes that have it
// keep it open.
func (s *sharedListener) Close() error {
	_ = os.Remove(s.path) // If this fails, the next process that cannot connect removes it.
	return errors.Join(s.handover.Close(), s.Listener.Close())
}

func (s *sharedListener) answer() {
	for {
		conn, err := s.handover.AcceptUnix()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			<-time.After(acceptInterval)
			continue
		}
		_ = errors.Join(s.send(conn), conn.Close()) // A process that receives no socket asks again.
	}
}

// send does not use the File of the socket: its method Fd would set the socket
// to blocking mode, in all processes that have it.
func (s *sharedListener) send(conn *net.UnixConn) error {
	raw, err := s.socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		_, _, failed = conn.WriteMsgUnix([]byte{0}, unix.UnixRights(int(fd)), nil)
	})
	return errors.Join(err, failed)
}

// requestSocket returns the listener of another process that accepts
// connections to the address wanted, or an error that says why there is none.
func (r *registry) requestSocket(wanted net.Addr) (net.Listener, error) {
	reason := errors.New("no other process of this user shares it, at least none with the same certificate")
	if r == nil {
		return nil, reason
	}
	names, err := os.ReadDir(r.sockets)
	if err != nil {
		return nil, reason
	}
	for _, name := range names {
		path := filepath.Join(r.sockets, name.Name())
		listener, err := receive(path)
		switch {
		case errors.Is(err, unix.ECONNREFUSED):
			_ = os.Remove(path) // It belongs to a process that was killed.
		case err != nil:
			reason = fmt.Errorf("another process of this user does not share it: %w", err)
		case accepts(listener, wanted):
			return listener, nil
		default:
			reason = fmt.Errorf("another process of this user listens on %s: both must use the same host in listen", listener.Addr())
			_ = listener.Close()
		}
	}
	return nil, reason
}

// accepts reports whether listener accepts connections to the address wanted.
func accepts(listener net.Listener, wanted net.Addr) bool {
	have, ok := listener.Addr().(*net.TCPAddr)
	want, wantOK := wanted.(*net.TCPAddr)
	return ok && wantOK && (have.IP.IsUnspecified() || have.IP.Equal(want.IP))
}

// receive returns the listener that another process shares at path.
func receive(path string) (net.Listener, error) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetReadDeadline(time.Now().Add(answerTimeout)); err != nil {
		return nil, err
	}
	rights := make([]byte, unix.CmsgSpace(4)) // One descriptor.
	_, n, _, _, err := conn.ReadMsgUnix(make([]byte, 1), rights)
	if err != nil {
		return nil, err
	}
	var sockets []int
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err == nil && len(messages) == 1 {
		sockets, err = unix.ParseUnixRights(&messages[0])
	}
	if err != nil || len(sockets) != 1 {
		return nil, errors.Join(errors.New("it sent no socket"), err)
	}
	file := os.NewFile(uintptr(sockets[0]), "")
	listener, err := net.FileListener(file) // It duplicates the descriptor.
	return listener, errors.Join(err, file.Close())
}
