package acctest

import (
	"net"
	"testing"
)

// FreePort returns a port of loopback that nothing listens on.
func FreePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It ends at once.
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // A TCP listener has no other.
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}
