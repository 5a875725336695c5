//go:build !windows

package callback

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// inUse is the error of listening on a port that is taken.
const inUse = unix.EADDRINUSE

// answerTimeout bounds how long a peer may take to hand on its socket.
const answerTimeout = 500 * time.Millisecond

// offered is a listener whose socket the peers get for the asking.
type offered struct {
	net.Listener
	socket syscall.Conn
	asked  *net.UnixListener
	path   string
}

// offer lets the peers have the socket of listener until listener is closed.
func (p *peers) offer(listener net.Listener) (net.Listener, error) {
	socket, ok := listener.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("a %T has no socket", listener)
	}
	if err := os.MkdirAll(p.offers, 0o700); err != nil {
		return nil, err
	}
	// Short, because the whole path may have about a hundred bytes.
	name := rand.Text()[:8]
	// An offer that refuses is taken for that of a dead process. So it comes to
	// its place when it answers, and is made elsewhere.
	unfinished := filepath.Join(filepath.Dir(p.offers), name)
	asked, err := net.ListenUnix("unix", &net.UnixAddr{Name: unfinished, Net: "unix"})
	if err != nil {
		return nil, err
	}
	o := &offered{listener, socket, asked, filepath.Join(p.offers, name)}
	if err := os.Rename(unfinished, o.path); err != nil {
		return nil, errors.Join(err, asked.Close())
	}
	asked.SetUnlinkOnClose(false) // It would look for it in the old place.
	go o.answer()
	return o, nil
}

// Close withdraws the offer and leaves the socket to the peers that have it.
func (o *offered) Close() error {
	_ = os.Remove(o.path) // What stays behind is removed by whoever it refuses.
	return errors.Join(o.asked.Close(), o.Listener.Close())
}

func (o *offered) answer() {
	for {
		conn, err := o.asked.AcceptUnix()
		if err != nil {
			_ = o.asked.Close() // Whoever asks is refused at once.
			return
		}
		_ = errors.Join(o.send(conn), conn.Close()) // Who gets nothing asks again.
	}
}

// send goes without the File of the socket: to tell its descriptor, it would
// make the socket block, in every process that has it.
func (o *offered) send(conn *net.UnixConn) error {
	raw, err := o.socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		_, _, failed = conn.WriteMsgUnix([]byte{0}, unix.UnixRights(int(fd)), nil)
	})
	return errors.Join(err, failed)
}

// ask returns the listener of a peer that receives what is sent to wanted, or
// says why there is none.
func (p *peers) ask(wanted net.Addr) (net.Listener, error) {
	why := errors.New("no other run of this user shares it, at least none with the same certificate")
	if p == nil {
		return nil, why
	}
	names, err := os.ReadDir(p.offers)
	if err != nil {
		return nil, why
	}
	for _, name := range names {
		path := filepath.Join(p.offers, name.Name())
		listener, err := receive(path)
		switch {
		case errors.Is(err, unix.ECONNREFUSED):
			_ = os.Remove(path) // Its process was killed.
		case err != nil:
			why = fmt.Errorf("another run of this user does not hand it on: %w", err)
		case takes(listener, wanted):
			return listener, nil
		default:
			why = fmt.Errorf("another run of this user listens on %s: both have to name the same host", listener.Addr())
			_ = listener.Close()
		}
	}
	return nil, why
}

// takes reports whether listener receives what is sent to wanted.
func takes(listener net.Listener, wanted net.Addr) bool {
	have, ok := listener.Addr().(*net.TCPAddr)
	want, wantOK := wanted.(*net.TCPAddr)
	return ok && wantOK && (have.IP.IsUnspecified() || have.IP.Equal(want.IP))
}

// receive returns the listener that is offered at path.
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
	listener, err := net.FileListener(file) // It has a descriptor of its own.
	return listener, errors.Join(err, file.Close())
}
