//go:build !windows

package port

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// listening returns a Port that listens on a fixed port, and closes it at the end.
func listening(t *testing.T, folder, number string) (*Port, net.Listener) {
	t.Helper()
	p := New(Config{Host: "127.0.0.1", Port: number, Folder: folder})
	listener, err := p.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return p, listener
}

func sockets(t *testing.T, p *Port) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(p.registry.sockets, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// shortFolder is short enough for the path of a socket.
func shortFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "port") //nolint:usetesting // The path of t.TempDir is too long for a socket on macOS.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// deadSocket creates a socket file that no process listens on.
func deadSocket(t *testing.T, path string) {
	t.Helper()
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPort_Listen_removesDeadSocketsAndItsOwn(t *testing.T) {
	t.Parallel()
	folder, number := shortFolder(t), freePort(t)
	p, first := listening(t, folder, number)
	living := sockets(t, p)
	if len(living) != 1 {
		t.Fatalf("shared are %q", living)
	}
	deadSocket(t, filepath.Join(p.registry.sockets, "0-asked-first"))
	_, second := listening(t, folder, number)
	if found := sockets(t, p); len(found) != 2 || found[0] != living[0] && found[1] != living[0] {
		t.Errorf("shared are %q", found)
	}
	for _, listener := range []net.Listener{first, second} {
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if found := sockets(t, p); len(found) != 0 {
		t.Errorf("shared are %q after the end", found)
	}
}

// A process that is killed after it created its socket and before it moved it
// leaves the file.
func TestPort_Listen_removesUnfinishedSockets(t *testing.T) {
	t.Parallel()
	folder := shortFolder(t)
	p, _ := listening(t, folder, freePort(t))
	old, young := filepath.Join(filepath.Dir(p.registry.sockets), "old"), filepath.Join(filepath.Dir(p.registry.sockets), "young")
	deadSocket(t, old)
	deadSocket(t, young)
	before := time.Now().Add(-2 * unfinishedAge)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	listening(t, folder, freePort(t))
	if _, err := os.Lstat(old); err == nil {
		t.Error("the old socket is still there")
	}
	if _, err := os.Lstat(young); err != nil {
		t.Errorf("a socket that may still be finished: %v", err)
	}
}

func TestSharedListener_isSharedAfterAnError(t *testing.T) {
	t.Parallel()
	folder, number := shortFolder(t), freePort(t)
	p, listener := listening(t, folder, number)
	shared := listener.(*sharedListener)
	// A deadline in the past makes AcceptUnix fail with a timeout.
	if err := shared.handover.SetDeadline(time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	<-time.After(2 * acceptInterval)
	if err := shared.handover.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	second, err := p.registry.requestSocket(listener.Addr())
	if err != nil {
		t.Fatalf("the port is not shared after the error: %v", err)
	}
	_ = second.Close()
}

// A suspended process accepts the connection and does not answer.
func TestPort_Listen_processThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	folder, number := shortFolder(t), freePort(t)
	p, _ := listening(t, folder, number)
	own := sockets(t, p)[0]
	silent, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(filepath.Dir(own), "0-asked-first"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	listening(t, folder, number)
	for _, living := range sockets(t, p)[1:] {
		if err := os.Remove(living); err != nil {
			t.Fatal(err)
		}
	}
	_, err = New(Config{Host: "127.0.0.1", Port: number, Folder: folder}).Listen(context.Background())
	if err == nil || !strings.Contains(err.Error(), "does not share it") || !strings.Contains(err.Error(), unix.EADDRINUSE.Error()) {
		t.Errorf("Listen: %v", err)
	}
}
