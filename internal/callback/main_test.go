package callback

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// folderVariable names the environment variable with the registry folder that
// the processes of a test share.
const folderVariable = "CALLBACK_TEST_FOLDER"

func TestMain(m *testing.M) {
	registryFolder = os.Getenv(folderVariable)
	if os.Getenv(childVariable) != "" {
		os.Exit(child())
	}
	folder, err := os.MkdirTemp("", "callback")
	if err != nil {
		panic(err)
	}
	registryFolder = folder
	if err := os.Setenv(folderVariable, folder); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(folder)
		os.Exit(code)
	}))
}

// fixture is a Receiver with its log, and an inbox that counts calls and can
// return errors.
type fixture struct {
	*Receiver
	inbox *store
	logs  *logs
}

func newFixture(t *testing.T, change func(*Config)) *fixture {
	t.Helper()
	f := &fixture{logs: &logs{}}
	cfg := Config{
		Listen: DefaultListen,
		Store:  inboxtest.NewMemory(),
		Logger: slog.New(strictHandler{slog.NewTextHandler(f.logs, &slog.HandlerOptions{Level: slog.LevelDebug})}),
	}
	if change != nil {
		change(&cfg)
	}
	f.inbox = &store{Store: cfg.Store}
	cfg.Store = f.inbox
	if local, ok := f.inbox.Store.(*directory.Store); ok {
		cfg.Store = localStore{f.inbox, local}
	}
	var err error
	if f.Receiver, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// inDirectory uses a directory as the inbox of a fixture.
func inDirectory(t *testing.T, cfg *Config) {
	t.Helper()
	cfg.Store = newDirectory(t, filepath.Join(t.TempDir(), "inbox"))
}

func newDirectory(t *testing.T, path string) *directory.Store {
	t.Helper()
	d, err := directory.New(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// localStore is a store that other processes can open by its path.
type localStore struct {
	*store
	local *directory.Store
}

func (s localStore) Path() string { return s.local.Path() }

// open opens a call of the kind order.
func (f *fixture) open(t *testing.T) *Pending {
	t.Helper()
	p, err := f.Open(logged(t), id.Order)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// accept accepts every callback.
func accept([]byte) error { return nil }

// wait returns the result of p, which must be there or arrive within a minute.
func wait(t *testing.T, p *Pending) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(logged(t), time.Minute)
	defer cancel()
	body, err := p.Wait(ctx, accept)
	if err != nil {
		t.Fatalf("Wait: %v", err)
	}
	return string(body)
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// call sends a callback and returns the status of the answer.
func call(t *testing.T, client *http.Client, method, address, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

type store struct {
	inbox.Store
	lists, resultGets atomic.Int32
	failure           atomic.Pointer[error]
	// gate, if set, blocks the storing of results until it is closed.
	gate chan struct{}
	// afterCreate, if set, runs after a result is stored and before the caller
	// is answered.
	afterCreate func()
}

func (s *store) fail(err error) { s.failure.Store(&err) }

func (s *store) err() error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *store) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if err := s.err(); err != nil {
		return false, err
	}
	isResult := strings.HasPrefix(key, receiver.ResultPrefix)
	if isResult && s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	created, err := s.Store.Create(ctx, key, value)
	if isResult && s.afterCreate != nil {
		s.afterCreate()
	}
	return created, err
}

func (s *store) Get(ctx context.Context, key string) ([]byte, error) {
	if strings.HasPrefix(key, receiver.ResultPrefix) {
		s.resultGets.Add(1)
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, key)
}

func (s *store) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if prefix == receiver.ResultPrefix {
		s.lists.Add(1)
	}
	if err := s.err(); err != nil {
		return inbox.Listing{}, err
	}
	return s.Store.List(ctx, prefix)
}

// put stores a result in the inbox, as another process would.
func (s *store) put(t *testing.T, p *Pending, body string) {
	t.Helper()
	if created, err := s.Store.Create(t.Context(), receiver.ResultKey(p.hash), []byte(body)); err != nil || !created {
		t.Errorf("the result is not stored: %v", err)
	}
}

// keys returns all keys of the inbox except that of the HMAC key.
func (s *store) keys(t *testing.T) []string { return keysOf(t, s.Store) }

func keysOf(t *testing.T, s inbox.Store) []string {
	t.Helper()
	listing, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, entry := range listing.Entries {
		if entry.Key != "key" && entry.Key != inbox.FormatKey {
			keys = append(keys, entry.Key)
		}
	}
	return keys
}

// strictHandler drops records whose context is not that of a call. Terraform's
// handler does the same, because it finds its logger in the context.
type strictHandler struct{ slog.Handler }

type loggedKey struct{}

func (h strictHandler) Handle(ctx context.Context, record slog.Record) error {
	if ctx.Value(loggedKey{}) == nil {
		return nil
	}
	return h.Handler.Handle(ctx, record)
}

func logged(t *testing.T) context.Context {
	t.Helper()
	return context.WithValue(t.Context(), loggedKey{}, true)
}

type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// pipes is a network in memory. In a synctest bubble, waiting for it lets the
// fake clock advance.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// overPipes makes f listen on pipes and returns a client that reaches it.
func overPipes(f *fixture) (*pipes, *http.Client) {
	p := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
	f.listen = func(context.Context) (net.Listener, error) { return p, nil }
	return p, &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: p.dial}}
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.accept <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
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
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func idOf(p *Pending) string { return path.Base(p.URL()) }
