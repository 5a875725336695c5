package callback

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestReceiver_answersForPeers(t *testing.T) {
	t.Parallel()
	requireSharedPorts(t)
	listen := "127.0.0.1:" + freePort(t)
	shared := func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Listen = listen
	}
	a, b := newFixture(t, shared), newFixture(t, shared)
	opA, opB := a.open(t), b.open(t)
	if err := b.Close(); err != nil { // From here, a receives all connections.
		t.Fatal(err)
	}
	for range 2 {
		if status := call(t, client, http.MethodPost, opB.URL(), secretBody); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	if status := call(t, client, http.MethodPost, opB.URL()+"X", secretBody); status != http.StatusNotFound {
		t.Errorf("an id of no peer: status %d", status)
	}
	if body := wait(t, opB); body != secretBody {
		t.Errorf("body %s", body)
	}
	if keys := a.inbox.keys(t); len(keys) != 0 {
		t.Errorf("the result of a peer is in the wrong inbox: %q", keys)
	}
	assertSilent(t, a, opA, opB)
}

func TestReceiver_inboxOfAPeerThatCannotBeRead(t *testing.T) {
	t.Parallel()
	number := freePort(t)
	shared := func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Listen = "127.0.0.1:" + number
	}
	f, peer := newFixture(t, shared), newFixture(t, shared)
	p := f.open(t)
	peer.open(t)
	path := peer.config.Store.(localStore).Path()
	if err := os.WriteFile(filepath.Join(path, "key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := peer.Close(); err != nil {
		t.Fatal(err)
	}
	if status := call(t, client, http.MethodPost, p.URL()+"X", `{}`); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
		t.Errorf("a known id: status %d", status)
	}
}

// A callback for an inbox that was removed is not stored, although its check
// bits are valid: storing it would create the directory again.
func TestReceiver_inboxOfAPeerThatWasRemoved(t *testing.T) {
	t.Parallel()
	requireSharedPorts(t)
	number := freePort(t)
	shared := func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Listen = "127.0.0.1:" + number
	}
	f, peer := newFixture(t, shared), newFixture(t, shared)
	f.open(t)
	p := peer.open(t)
	if err := peer.Close(); err != nil {
		t.Fatal(err)
	}
	if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
		t.Fatalf("status %d while the inbox exists", status)
	}
	path := peer.config.Store.(localStore).Path()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusNotFound {
		t.Errorf("status %d", status)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the inbox was created again")
	}
}
