package relay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

var testKey = bytes.Repeat([]byte("k"), 32)

// counting counts the calls of a store, and can delay its writes or make them
// fail.
type counting struct {
	*inboxtest.Memory
	calls atomic.Int64
	delay time.Duration
	err   error
}

func (c *counting) Create(ctx context.Context, key string, value []byte) (bool, error) {
	c.calls.Add(1)
	if c.delay > 0 {
		select {
		case <-time.After(c.delay):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	if c.err != nil {
		return false, c.err
	}
	return c.Memory.Create(ctx, key, value)
}

func (c *counting) Get(ctx context.Context, key string) ([]byte, error) {
	c.calls.Add(1)
	return c.Memory.Get(ctx, key)
}

func (c *counting) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	c.calls.Add(1)
	return c.Memory.List(ctx, prefix)
}

func newTestService(store inbox.Store) *service {
	return newService(&config{token: token, maxConnections: 10}, store, testKey, slog.New(slog.DiscardHandler))
}

func TestService_answersUnknownIdsWithoutTheInbox(t *testing.T) {
	t.Parallel()
	store := &counting{Memory: inboxtest.NewMemory()}
	s := newTestService(store)
	known := id.New(id.Order, "prod", testKey)
	statuses := map[int]int{}
	for n := range 10_000 {
		text := fmt.Sprintf("%s%05d", known.Secret()[:len(known.Secret())-5], n)
		switch n % 4 {
		case 0:
			text = id.New(id.Order, "prod", []byte("another key")).Secret()
		case 1:
			text = strings.Repeat("a", n)
		}
		statuses[serveOne(s, http.MethodPost, receiver.Path+"/"+text, result)]++
	}
	if store.calls.Load() != 0 || statuses[http.StatusNotFound]+statuses[http.StatusTooManyRequests] != 10_000 || statuses[http.StatusTooManyRequests] == 0 {
		t.Errorf("10,000 unknown ids lead to %d calls of the inbox and to %v", store.calls.Load(), statuses)
	}
	// A valid id is still accepted.
	if _, err := store.Memory.Create(t.Context(), ledger.IntentKey(known.Ref()), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if status := serveOne(s, http.MethodPost, receiver.Path+"/"+known.Secret(), result); status != http.StatusOK {
		t.Errorf("a true id is answered with %d", status)
	}
	if got := s.metrics.unknown.Load(); got != 10_000 {
		t.Errorf("%d unknown ids are counted", got)
	}
}

// serveOne answers one request without a network.
func serveOne(h http.Handler, method, path, body string) int {
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: relay\r\nContent-Length: %d\r\n\r\n%s", method, path, len(body), body))))
	if err != nil {
		panic(err)
	}
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(w, req)
	return w.status
}

type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(p []byte) (int, error) { return len(p), nil }
func (r *recorder) WriteHeader(status int)      { r.status = status }

func TestService_limitsTheBody(t *testing.T) {
	t.Parallel()
	store := &counting{Memory: inboxtest.NewMemory()}
	s := newTestService(store)
	made := id.New(id.Task, "prod", testKey)
	body := `{"status":"0","message":"` + strings.Repeat("x", receiver.MaxBody)
	for size, want := range map[int]int{receiver.MaxBody + 1: http.StatusRequestEntityTooLarge, receiver.MaxBody: http.StatusOK} {
		padded := body[:size-2] + `"}`
		if status := serveOne(s, http.MethodPost, receiver.Path+"/"+made.Secret(), padded); status != want {
			t.Errorf("a body of %d bytes is answered with %d, want %d", size, status, want)
		}
	}
}

// pipes is a network in memory. In a synctest bubble, waiting for it lets the
// fake clock advance.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{accept: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.accept <- there
	return here
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accept:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// serveOverPipes runs test with a server of the relay in a bubble.
func serveOverPipes(t *testing.T, store inbox.Store, test func(t *testing.T, p *pipes, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, p := newTestService(store), newPipes()
		server := newServer(s, &config{}, slog.New(slog.DiscardHandler))
		done := make(chan error, 1)
		go func() { done <- server.Serve(p) }()
		test(t, p, s)
		s.stop()
		if err := server.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

func TestServer_closesConnectionsThatSendTooSlowly(t *testing.T) {
	t.Parallel()
	serveOverPipes(t, inboxtest.NewMemory(), func(t *testing.T, p *pipes, _ *service) {
		t.Helper()
		for name, text := range map[string]string{
			"a slow header": "POST /v1/callbacks/x HTTP/1.1\r\nX-Header: " + strings.Repeat("x", 1000),
			"a slow body":   "POST /v1/callbacks/" + id.New(id.Task, "prod", testKey).Secret() + " HTTP/1.1\r\nHost: r\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 900),
		} {
			conn := p.dial()
			go io.Copy(io.Discard, conn) //nolint:errcheck // It ends with the connection.
			var err error
			for sent := 0; sent < len(text) && err == nil; sent++ {
				_, err = conn.Write([]byte{text[sent]})
				time.Sleep(time.Second)
			}
			if err == nil {
				t.Errorf("%s of %d bytes, one a second, is accepted", name, len(text))
			}
			_ = conn.Close()
		}
	})
}

// exchange sends a request on a new connection and returns the answer.
func exchange(t *testing.T, p *pipes, method, path, body string) (int, string) {
	t.Helper()
	conn := p.dial()
	defer conn.Close()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://relay"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Close = true
	go req.Write(conn) //nolint:errcheck // An error shows in the answer.
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}

func TestService_slowStore(t *testing.T) {
	t.Parallel()
	for delay, want := range map[time.Duration]int{4 * time.Second: http.StatusOK, time.Hour: http.StatusServiceUnavailable} {
		store := &counting{Memory: inboxtest.NewMemory(), delay: delay}
		made := id.New(id.Task, "prod", testKey)
		serveOverPipes(t, store, func(t *testing.T, p *pipes, _ *service) {
			t.Helper()
			if status, _ := exchange(t, p, http.MethodPost, receiver.Path+"/"+made.Secret(), result); status != want {
				t.Errorf("with a store that takes %v the callback is answered with %d, want %d", delay, status, want)
			}
		})
	}
}

func TestService_answers503WhenTheDiskIsFull(t *testing.T) {
	t.Parallel()
	store := &counting{Memory: inboxtest.NewMemory(), err: errors.New("no space left on device")}
	serveOverPipes(t, store, func(t *testing.T, p *pipes, s *service) {
		t.Helper()
		made := id.New(id.Task, "prod", testKey)
		status, body := exchange(t, p, http.MethodPost, receiver.Path+"/"+made.Secret(), result)
		if status != http.StatusServiceUnavailable || strings.Contains(body, "hunter2") {
			t.Errorf("the callback is answered with %d %q", status, body)
		}
		if s.metrics.storeErrors.Load() < 2 {
			t.Error("storing is not retried")
		}
	})
}

// In a bubble, time advances only while all goroutines wait. If the provider
// polled, this would take a second.
func TestService_notifiesAWaitingProvider(t *testing.T) {
	t.Parallel()
	serveOverPipes(t, inboxtest.NewMemory(), func(t *testing.T, p *pipes, _ *service) {
		t.Helper()
		_, answer := exchange(t, p, http.MethodGet, https.Path+"wait?prefix=results/", "")
		_, seen, _ := strings.Cut(answer, `"seen":"`)
		seen, _, _ = strings.Cut(seen, `"`)
		woken := make(chan time.Duration)
		start := time.Now()
		go func() {
			exchange(t, p, http.MethodGet, https.Path+"wait?prefix=results/&seen="+seen, "")
			woken <- time.Since(start)
		}()
		synctest.Wait()
		made := id.New(id.Task, "prod", testKey)
		if status, _ := exchange(t, p, http.MethodPost, receiver.Path+"/"+made.Secret(), result); status != http.StatusOK {
			t.Errorf("the callback is answered with %d", status)
		}
		if took := <-woken; took > 100*time.Millisecond {
			t.Errorf("the provider learns of it after %v", took)
		}
	})
}

func TestService_failsHealthChecksWhileItStops(t *testing.T) {
	t.Parallel()
	s := newTestService(inboxtest.NewMemory())
	if status := serveOne(s, http.MethodGet, "/healthz", ""); status != http.StatusOK {
		t.Errorf("/healthz answers %d", status)
	}
	s.stop()
	s.stop()
	if status := serveOne(s, http.MethodGet, "/healthz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("/healthz answers %d while the relay stops", status)
	}
}
