package receiver_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const (
	body    = `{"data":{"username":"dev_01","password":"hunter2","desktop_uuid":"u"},"message":"","status":"0"}`
	failure = `{"data":{},"message":"sold out","status":"-1"}`
)

var key = []byte("0123456789abcdef0123456789abcdef")

// fixture is a Handler with its inbox and its events.
type fixture struct {
	*receiver.Handler
	store *broken
	log   *bytes.Buffer

	mu     sync.Mutex
	events []receiver.Event
}

func newFixture(change func(*receiver.Config)) *fixture {
	f := &fixture{store: &broken{Memory: inboxtest.NewMemory()}, log: &bytes.Buffer{}}
	config := receiver.Config{
		Finder:  receiver.Inbox{Store: f.store, Key: key},
		Observe: f.observe,
		Logger:  slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&config)
	}
	f.Handler = receiver.New(config)
	return f
}

func (f *fixture) observe(event receiver.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, event)
}

// outcomes returns the outcomes since the last call.
func (f *fixture) outcomes() []receiver.Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []receiver.Outcome
	for _, event := range f.events {
		all = append(all, event.Outcome)
	}
	f.events = nil
	return all
}

// send sends a callback and returns the status of the answer.
func (f *fixture) send(t *testing.T, method, path, body string) int {
	t.Helper()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return w.Code
}

// post sends a callback for an id.
func (f *fixture) post(t *testing.T, made id.ID, body string) int {
	t.Helper()
	return f.send(t, http.MethodPost, receiver.Path+"/"+made.Secret(), body)
}

// result returns the stored result of an id, "" if there is none.
func (f *fixture) result(t *testing.T, made id.ID) string {
	t.Helper()
	value, err := f.store.Memory.Get(t.Context(), receiver.ResultKey(made.Hash()))
	if err != nil && !errors.Is(err, inbox.ErrNotExist) {
		t.Fatal(err)
	}
	return string(value)
}

// evidence returns the evidence of an id.
func (f *fixture) evidence(t *testing.T, made id.ID) []receiver.Evidence {
	t.Helper()
	all, err := receiver.ReadEvidence(t.Context(), f.store.Memory, made.Ref())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// broken is an inbox that counts its calls and can return errors.
type broken struct {
	*inboxtest.Memory

	mu    sync.Mutex
	err   error
	calls int
}

func (b *broken) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

func (b *broken) called() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	return b.err
}

func (b *broken) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if err := b.called(); err != nil {
		return false, err
	}
	return b.Memory.Create(ctx, key, value)
}

func (b *broken) Get(ctx context.Context, key string) ([]byte, error) {
	if err := b.called(); err != nil {
		return nil, err
	}
	return b.Memory.Get(ctx, key)
}
