// Package faulttest provides a server in front of a fake that injects
// connection faults. It resets connections, sends half of an answer, or closes
// connections when they are used again. It offers HTTP/2 and HTTP/1.1 over TLS
// and records all requests, also incomplete ones.
package faulttest

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// Server is a server with faults.
type Server struct {
	// URL is the URL of the server.
	URL string
	// Certificate is the certificate of the server in PEM.
	Certificate []byte

	handler http.Handler
	stop    chan struct{} // Closed when the server ends.
	serving sync.WaitGroup

	mu       sync.Mutex
	plan     func(n int) Fault
	requests []Request
	conns    map[net.Conn]bool // Nil when the server has ended.
}

// Request is a request, possibly incomplete.
type Request struct {
	// Proto is "HTTP/1.1" or "HTTP/2.0".
	Proto        string
	Method, Path string
	Body         []byte
	// Complete reports whether the whole body arrived.
	Complete bool
}

// Start starts a server in front of a fake. It listens on loopback until the
// test ends. At first, it has no faults.
func Start(t testing.TB, handler http.Handler) *Server {
	t.Helper()
	pair, certificate := newCertificate(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{pair},
		NextProtos:   []string{"h2", "http/1.1"},
		MinVersion:   tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		URL:         "https://" + listener.Addr().String(),
		Certificate: certificate,
		handler:     handler,
		stop:        make(chan struct{}),
		plan:        func(int) Fault { return Fault{} },
		conns:       map[net.Conn]bool{},
	}
	s.serving.Go(func() { s.accept(listener) })
	t.Cleanup(func() {
		_ = listener.Close()
		close(s.stop)
		s.mu.Lock()
		for conn := range s.conns {
			_ = conn.Close()
		}
		s.conns = nil
		s.mu.Unlock()
		s.serving.Wait()
	})
	return s
}

// Fail sets the plan, which returns the fault of the n-th following request,
// counted from 0.
func (s *Server) Fail(plan func(n int) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	start := len(s.requests)
	s.plan = func(n int) Fault { return plan(n - start) }
}

// Requests returns the requests in the order of their arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Count returns how many requests arrived.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// arrive records the header of a request. It returns the fault of the request,
// and a function that records its body.
func (s *Server) arrive(proto, method, path string) (Fault, func(body []byte, complete bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.requests)
	s.requests = append(s.requests, Request{Proto: proto, Method: method, Path: path})
	return s.plan(n), func(body []byte, complete bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests[n].Body, s.requests[n].Complete = slices.Clone(body), complete
	}
}

func (s *Server) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s.serving.Go(func() {
			defer conn.Close() //nolint:errcheck // A fault may have closed it.
			if s.add(conn) {
				s.serve(conn.(*tls.Conn)) //nolint:forcetypeassert // tls.Listen returns only *tls.Conn.
			}
			s.remove(conn)
		})
	}
}

func (s *Server) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns != nil {
		s.conns[conn] = true
	}
	return s.conns != nil
}

func (s *Server) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

func (s *Server) serve(conn *tls.Conn) {
	if conn.HandshakeContext(context.Background()) != nil {
		return
	}
	if conn.ConnectionState().NegotiatedProtocol == "h2" {
		serveHTTP2(s, conn)
		return
	}
	h := &http1{server: s, conn: conn, reader: bufio.NewReader(conn)}
	for h.serve() {
	}
}

// reset closes a connection with a TCP reset.
func reset(conn *tls.Conn) {
	raw := conn.NetConn()
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}

// newCertificate returns a certificate for 127.0.0.1, and its PEM form.
func newCertificate(t testing.TB) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
