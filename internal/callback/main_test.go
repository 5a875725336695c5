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
)

// tempVariable is where the runs of a test meet, below the user's own places.
const tempVariable = "CALLBACK_TEST_TEMP"

func TestMain(m *testing.M) {
	if folder := os.Getenv(tempVariable); folder != "" {
		machineTemp = func() string { return folder }
	}
	if os.Getenv(childVariable) != "" {
		os.Exit(child())
	}
	// Runs that share a port meet below here and not in the user's own cache.
	home, err := os.MkdirTemp("", "callback")
	if err != nil {
		panic(err)
	}
	machineTemp = func() string { return home }
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", tempVariable} {
		if err := os.Setenv(name, home); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(home)
		os.Exit(code)
	}))
}

// fixture is an Receiver, what it logs, and an inbox that counts and fails on demand.
type fixture struct {
	*Receiver
	inbox *inbox
	logs  *logs
}

func newFixture(t *testing.T, change func(*Config)) *fixture {
	t.Helper()
	f := &fixture{inbox: &inbox{Directory: NewDirectory(filepath.Join(t.TempDir(), "inbox"))}, logs: &logs{}}
	cfg := Config{
		Listen: DefaultListen,
		Store:  f.inbox,
		Logger: slog.New(strictHandler{slog.NewTextHandler(f.logs, &slog.HandlerOptions{Level: slog.LevelDebug})}),
	}
	if change != nil {
		change(&cfg)
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

func (f *fixture) begin(t *testing.T) *Operation {
	t.Helper()
	op, err := f.Begin(logged(t))
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// wait returns the result of op, which must be there or arrive within a minute.
func wait(t *testing.T, op *Operation) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(logged(t), time.Minute)
	defer cancel()
	body, err := op.Wait(ctx)
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

type inbox struct {
	*Directory
	lists, resultGets atomic.Int32
	failure           atomic.Pointer[error]
	// gate, if set, holds every result back until it is closed.
	gate chan struct{}
	// afterPut, if set, runs once a result is stored and not yet acknowledged.
	afterPut func()
}

func (i *inbox) fail(err error) { i.failure.Store(&err) }

func (i *inbox) err() error {
	if err := i.failure.Load(); err != nil {
		return *err
	}
	return nil
}

func (i *inbox) PutIfAbsent(ctx context.Context, key string, value []byte) (bool, error) {
	if err := i.err(); err != nil {
		return false, err
	}
	isResult := strings.HasPrefix(key, resultsPrefix)
	if isResult && i.gate != nil {
		select {
		case <-i.gate:
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	stored, err := i.Directory.PutIfAbsent(ctx, key, value)
	if isResult && i.afterPut != nil {
		i.afterPut()
	}
	return stored, err
}

func (i *inbox) Get(ctx context.Context, key string) ([]byte, error) {
	if strings.HasPrefix(key, resultsPrefix) {
		i.resultGets.Add(1)
	}
	if err := i.err(); err != nil {
		return nil, err
	}
	return i.Directory.Get(ctx, key)
}

func (i *inbox) List(ctx context.Context, prefix string) ([]string, error) {
	i.lists.Add(1)
	if err := i.err(); err != nil {
		return nil, err
	}
	return i.Directory.List(ctx, prefix)
}

// keys returns everything that the inbox holds.
func (i *inbox) keys(t *testing.T) []string {
	t.Helper()
	keys, err := i.Directory.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// strictHandler drops what is not logged in the context of an operation, as a
// handler that finds its logger there does.
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

// pipes is a network in memory, on which a synctest bubble can wait.
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

func idOf(op *Operation) string { return path.Base(op.URL()) }
