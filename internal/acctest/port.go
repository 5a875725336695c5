package acctest

import (
	"net"
	"testing"
)

// FreePort returns an unused port of the loopback address.
func FreePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It does not block.
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // The address of a TCP listener.
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}
