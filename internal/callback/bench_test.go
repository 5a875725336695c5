package callback

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/port"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// BenchmarkFinder_inventedID shows that refusing an invented id takes as long
// with 200 peers as with none.
func BenchmarkFinder_inventedID(b *testing.B) {
	for _, peers := range []int{0, 200} {
		b.Run(fmt.Sprint(peers, "peers"), func(b *testing.B) {
			folder := b.TempDir()
			config := port.Config{Host: "127.0.0.1", Port: freePort(b), Folder: registryFolder}
			shared := port.New(config)
			listener, err := shared.Listen(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			defer listener.Close()
			for n := range peers {
				registerPeer(b, config, filepath.Join(folder, fmt.Sprint(n)))
			}
			own := receiver.Inbox{Key: make([]byte, 32)}
			handler := receiver.New(receiver.Config{Finder: newFinder(own, shared)})
			path := receiver.Path + "/" + id.New(id.Order, "s", []byte("another key")).Secret()
			send := func() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodPost, path, nil))
				if w.Code != http.StatusNotFound {
					b.Fatalf("status %d", w.Code)
				}
			}
			send() // The keys are read once.
			b.ResetTimer()
			for b.Loop() {
				send()
			}
		})
	}
}

// registerPeer creates an inbox and registers it for the port.
func registerPeer(b *testing.B, config port.Config, path string) {
	b.Helper()
	store, err := directory.New(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := id.MakeKey(b.Context(), store); err != nil {
		b.Fatal(err)
	}
	config.InboxPath = path
	p := port.New(config)
	listener, err := p.Listen(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	if err := p.Register(b.Context()); err != nil {
		b.Fatal(err)
	}
}
