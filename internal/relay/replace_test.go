package relay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// A relay stores the callbacks of all scopes of its inbox.
func TestRelay_allScopes(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "inbox")
	relays := []*running{startAt(t, folder), startAt(t, folder)}
	store := openInbox(t, folder)
	key, err := id.ReadKey(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	for n, scope := range []string{"prod", "test"} {
		made := id.New(id.Order, scope, key)
		if _, err := store.Create(t.Context(), ledger.IntentKey(made.Ref()), []byte(`{"scope":"`+scope+`"}`)); err != nil {
			t.Fatal(err)
		}
		body := strings.Replace(result, "u-1", "u-"+scope, 1)
		if status := post(t, relays[n].callbackURL(made), body); status != http.StatusOK {
			t.Errorf("%s: the callback is answered with %d", scope, status)
		}
		if value, err := store.Get(t.Context(), ledger.ResultKey(made.Ref())); string(value) != body || err != nil {
			t.Errorf("%s: the inbox holds %q (%v)", scope, value, err)
		}
		if made.Scope() != id.ScopeHash(scope) {
			t.Errorf("the id of %s names the scope %s", scope, made.Scope())
		}
	}
}

// A provider that waits at a relay gets a callback that the next relay
// received.
func TestRelay_replaced(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "inbox")
	args := fmt.Sprintf("--listen 127.0.0.1:%d --inbox %s --token-file %s", acctest.FreePort(t), folder, tokenFile(t))
	relay := startProcess(t, args)
	store := openInbox(t, folder)
	key, err := id.ReadKey(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	made := id.New(id.Order, "prod", key)
	if _, err := store.Create(t.Context(), ledger.IntentKey(made.Ref()), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	client, err := https.New(https.Config{URL: relay.url, Token: token, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		t.Fatal(err)
	}
	found := make(chan error, 1)
	go func() { found <- waitForResult(t.Context(), client, ledger.ResultKey(made.Ref())) }()
	for range 3 {
		_ = relay.cmd.Process.Kill()
		_ = relay.cmd.Wait()
		relay = startProcess(t, args)
	}
	if status := post(t, relay.url+receiver.Path+"/"+made.Secret(), result); status != http.StatusOK {
		t.Errorf("the callback is answered with %d", status)
	}
	if err := <-found; err != nil {
		t.Error(err)
	}
}

// waitForResult waits like a provider, which continues after an error.
func waitForResult(ctx context.Context, s *https.Store, key string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	seen := ""
	for {
		value, err := s.Get(ctx, key)
		if err == nil && string(value) != result {
			return fmt.Errorf("the result is %q", value)
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
		if errors.Is(err, inbox.ErrNotExist) {
			seen, _ = s.Wait(ctx, receiver.ResultPrefix, seen) // It fails while there is no relay.
		}
	}
}

// When the relay stops, it finishes storing callbacks.
func TestService_finishesCallbacksWhenItStops(t *testing.T) {
	t.Parallel()
	store := &counting{Memory: inboxtest.NewMemory(), delay: 10 * time.Second}
	made := id.New(id.Task, "prod", testKey)
	answered := make(chan int, 1)
	serveOverPipes(t, store, func(t *testing.T, p *pipes, _ *service) {
		t.Helper()
		go func() {
			status, _ := exchange(t, p, http.MethodPost, receiver.Path+"/"+made.Secret(), result)
			answered <- status
		}()
		time.Sleep(time.Second)
	})
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the callback is answered with %d", status)
	}
	if value, err := store.Memory.Get(t.Context(), receiver.ResultKey(made.Hash())); string(value) != result || err != nil {
		t.Errorf("the inbox holds %q (%v)", value, err)
	}
}

func TestServer_refusesALargeHeader(t *testing.T) {
	t.Parallel()
	serveOverPipes(t, inboxtest.NewMemory(), func(t *testing.T, p *pipes, _ *service) {
		t.Helper()
		// The path is a part of the header.
		if status, _ := exchange(t, p, http.MethodPost, receiver.Path+"/"+strings.Repeat("a", 64<<10), ""); status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("it is answered with %d", status)
		}
	})
}

// BenchmarkService_unknownIDs measures 10,000 requests with an unknown id; see
// TestService_answersUnknownIdsWithoutTheInbox.
func BenchmarkService_unknownIDs(b *testing.B) {
	store := &counting{Memory: inboxtest.NewMemory()}
	s := newTestService(store)
	path := receiver.Path + "/" + id.New(id.Order, "prod", []byte("another key")).Secret()
	for b.Loop() {
		serveOne(s, http.MethodPost, path, "")
	}
	if store.calls.Load() != 0 {
		b.Errorf("%d calls of the inbox", store.calls.Load())
	}
}
