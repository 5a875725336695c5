package relay

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const (
	token  = "0123456789abcdef0123456789abcdef"
	result = `{"status":"0","data":{"username":"dev_01","desktop_uuid":"u-1","password":"hunter2"}}`
)

// running is a relay in this process.
type running struct {
	url   string
	store inbox.Store // The directory of the relay.
	key   []byte
	logs  *logs
	stop  func() int
}

// start starts a relay on a directory with these flags.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	path := filepath.Join(t.TempDir(), "inbox")
	r := startAt(t, path, args...)
	var err error
	if r.store, err = directory.New(path); err != nil {
		t.Fatal(err)
	}
	if r.key, err = id.ReadKey(t.Context(), r.store); err != nil {
		t.Fatal(err)
	}
	return r
}

// startAt starts a relay on any inbox.
func startAt(t *testing.T, inbox string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	listening, code := make(chan net.Addr, 1), make(chan int, 1)
	r := &running{logs: &logs{}}
	command := Command{Version: "test", Getenv: noEnv, Stderr: r.logs, Listening: func(a net.Addr) { listening <- a }}
	go func() {
		code <- command.Run(ctx, append([]string{"--listen", "127.0.0.1:0", "--inbox", inbox}, args...))
	}()
	r.stop = sync.OnceValue(func() int {
		cancel()
		return <-code
	})
	t.Cleanup(func() { r.stop() })
	select {
	case a := <-listening:
		r.url = "http://" + a.String()
	case c := <-code:
		code <- c
		t.Fatalf("the relay ended with %d:\n%s", c, r.logs)
	}
	return r
}

func noEnv(string) string { return "" }

// order writes the intent of a new order and returns its id.
func (r *running) order(t *testing.T, intent string) id.ID {
	t.Helper()
	made := id.New(id.Order, "prod", r.key)
	if _, err := r.store.Create(t.Context(), ledger.IntentKey(made.Ref()), []byte(intent)); err != nil {
		t.Fatal(err)
	}
	return made
}

func (r *running) callbackURL(made id.ID) string { return r.url + receiver.Path + "/" + made.Secret() }

// post sends a callback and returns the status of the answer.
func post(t *testing.T, address, body string) int {
	t.Helper()
	status, _ := send(t, http.MethodPost, address, body)
	return status
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	return send(t, http.MethodGet, address, "")
}

func send(t *testing.T, method, address, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
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

func tokenFile(t *testing.T) string {
	t.Helper()
	return write(t, "token", token+"\n")
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
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
