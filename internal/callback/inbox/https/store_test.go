package https

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

const token = "secret-token"

// relay is a server of the protocol that can be replaced at the same address.
type relay struct {
	*httptest.Server
	handler atomic.Pointer[Handler]
}

func newRelay(t *testing.T, store inbox.Store) *relay {
	t.Helper()
	r := &relay{}
	r.replace(store)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.handler.Load().ServeHTTP(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *relay) replace(store inbox.Store) {
	r.handler.Store(NewHandler(Watch(store), token, slog.New(slog.DiscardHandler)))
}

func open(t *testing.T, address, token string, transport http.RoundTripper) *Store {
	t.Helper()
	s, err := New(Config{URL: address, Token: token, HTTPClient: &http.Client{Transport: transport}, Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newTransport(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 10}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestStore_passesTheSuite(t *testing.T) {
	t.Parallel()
	inboxtest.Run(t, func(t *testing.T) inboxtest.Inbox {
		t.Helper()
		path := filepath.Join(t.TempDir(), "inbox")
		onDisk := func() inbox.Store {
			s, err := directory.New(path)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		r := newRelay(t, onDisk())
		return inboxtest.Inbox{
			Open: func() inbox.Store { return open(t, r.URL, token, newTransport(t)) },
			LoseAnswer: func() inbox.Store {
				return open(t, r.URL, token, &losesAnswers{RoundTripper: newTransport(t)})
			},
			Restart: func() error {
				r.CloseClientConnections()
				r.replace(onDisk())
				return nil
			},
		}
	})
}

var errLost = errors.New("the answer was lost")

// losesAnswers sends the first write to the relay, but returns an error for it
// and for all retries of the same call.
type losesAnswers struct {
	http.RoundTripper
	failed int
}

func (l *losesAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.failed >= inbox.MaxTries || l.failed == 0 && r.Method == http.MethodGet {
		return l.RoundTripper.RoundTrip(r)
	}
	l.failed++
	if l.failed == 1 {
		resp, err := l.RoundTripper.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
	}
	return nil, errLost
}

// Polling finds a result that another relay stored in the same inbox, with one
// List for all waiting clients.
func TestStore_waitsForKeysOfAnotherRelay(t *testing.T) {
	t.Parallel()
	counted := &countsLists{Memory: inboxtest.NewMemory()}
	r := newRelay(t, counted)
	const waiters = 10
	woken := make(chan error, waiters)
	for range waiters {
		s := open(t, r.URL, token, newTransport(t))
		seen, err := s.Wait(t.Context(), "results/", "")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := s.Wait(t.Context(), "results/", seen)
			woken <- err
		}()
	}
	before := counted.lists.Load()
	if _, err := counted.Create(t.Context(), "results/a", nil); err != nil {
		t.Fatal(err)
	}
	for range waiters {
		if err := <-woken; err != nil {
			t.Error(err)
		}
	}
	if n := counted.lists.Load() - before; n < 1 || n > waiters/2 {
		t.Errorf("%d clients that wait lead to %d lists", waiters, n)
	}
}

type countsLists struct {
	*inboxtest.Memory
	lists atomic.Int32
}

func (c *countsLists) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	c.lists.Add(1)
	return c.Memory.List(ctx, prefix)
}

func TestStore_waitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, newRelay(t, inboxtest.NewMemory()).URL, token, newTransport(t))
	seen, err := s.Wait(t.Context(), "results/", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Wait(ctx, "results/", seen); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait returned %v", err)
	}
}

func TestStore_errorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	r := newRelay(t, inboxtest.NewMemory())
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	page := func(status int, version string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if version != "" {
				w.Header().Set(protocolHeader, version)
			}
			w.WriteHeader(status)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	for name, c := range map[string]struct{ url, token, want string }{
		"wrong token":   {r.URL, "wrong", "does not accept the token: set token, or CLOUDDESKTOP_CALLBACK_TOKEN"},
		"no token":      {r.URL, "", "does not accept the token"},
		"not trusted":   {secure.URL, token, "is not trusted"},
		"unreachable":   {"http://127.0.0.1:1", token, "no answer from the relay at 127.0.0.1:1"},
		"another site":  {page(http.StatusOK, ""), token, "not as a relay does"},
		"not found":     {page(http.StatusNotFound, ""), token, "not as a relay does"},
		"proxy":         {page(http.StatusBadGateway, ""), token, "a proxy in front of the relay may not reach it"},
		"other version": {page(http.StatusOK, "2"), token, "upgrade the older of the two"},
		"broken list":   {page(http.StatusOK, protocolVersion), token, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, c.url, c.token, newTransport(t))
			s.format.Read(t.Context(), func(context.Context, string) ([]byte, error) { return []byte(`{"version":1}`), nil }) //nolint:errcheck // Only List is of interest.
			if _, err := s.List(t.Context(), ""); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), token) {
				t.Errorf("List returned %v, want %q", err, c.want)
			}
			if won, err := s.Create(t.Context(), "a", nil); name != "broken list" && (won || err == nil) {
				t.Errorf("Create returned %v, %v", won, err)
			}
		})
	}
}

func TestHandler_emptyTokenRefusesAll(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(NewHandler(Watch(inboxtest.NewMemory()), "", slog.New(slog.DiscardHandler)))
	t.Cleanup(s.Close)
	if _, err := open(t, s.URL, "", newTransport(t)).List(t.Context(), ""); err == nil {
		t.Error("an empty token is accepted")
	}
}

func TestHandler_returnsErrorsOfItsStore(t *testing.T) {
	t.Parallel()
	s := open(t, newRelay(t, fails{}).URL, token, newTransport(t))
	for name, call := range map[string]func(context.Context) error{
		"Get":     func(ctx context.Context) error { _, err := s.get(ctx, "a"); return err },
		"Create":  func(ctx context.Context) error { _, err := s.Create(ctx, "a", nil); return err },
		"Delete":  func(ctx context.Context) error { return s.Delete(ctx, "a") },
		"Replace": func(ctx context.Context) error { return s.Replace(ctx, "processes/a", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := call(t.Context()); err == nil || !strings.Contains(err.Error(), "the disk is full") {
				t.Errorf("%s returned %v", name, err)
			}
		})
	}
}

// fails is a Store whose disk is full.
type fails struct{ inbox.Store }

var errFull = errors.New("the disk is full")

func (fails) Create(context.Context, string, []byte) (bool, error) { return false, errFull }
func (fails) Get(context.Context, string) ([]byte, error)          { return nil, errFull }
func (fails) Replace(context.Context, string, []byte) error        { return errFull }
func (fails) Delete(context.Context, ...string) error              { return errFull }

func TestNew_invalidURLs(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://relay.example.com":           "must begin with https://",
		"ftp://relay.example.com":            "must begin with https://",
		"https://":                           "has no host",
		"https://u:secret@r.example.com":     "user name",
		"https://relay.example.com?a=b":      "query or a fragment",
		"https://relay.example.com:notaport": "cannot be parsed",
	} {
		if _, err := New(Config{URL: address}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
	for _, address := range []string{"https://relay.example.com/path/", "http://127.0.0.1:8700", "http://[::1]:1", "http://localhost"} {
		if s, err := New(Config{URL: address}); err != nil || s.URL() != strings.TrimSuffix(address, "/") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
