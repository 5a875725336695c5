//go:build linux

package chaos

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// backend is an http backend. Terraform writes the state to it at most every 20
// seconds, and once at the end.
type backend struct {
	url string

	mu      sync.Mutex
	state   []byte
	refuses bool
}

func newBackend(t *testing.T) *backend {
	t.Helper()
	b := &backend{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case r.Method == http.MethodGet && b.state == nil:
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet:
		_, _ = w.Write(b.state)
	case r.Method == http.MethodPost && b.refuses:
		http.Error(w, "the disk is full", http.StatusInsufficientStorage)
	case r.Method == http.MethodPost:
		state, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b.state = state
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// refuse sets whether the backend refuses all states.
func (b *backend) refuse(refuses bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuses = refuses
}

// block returns the backend block of a configuration.
func (b *backend) block() string {
	if b == nil {
		return ""
	}
	return fmt.Sprintf("backend \"http\" {\n    address   = %q\n    retry_max = 0\n  }", b.url)
}
