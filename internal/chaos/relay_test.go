//go:build linux

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// relayToken is a token that is long enough for a relay.
const relayToken = "relay-token-of-the-chaos-test-0123456789"

// relay is a relay process of the built program.
type relay struct {
	t         *testing.T
	url       string
	args, env []string
	process   *exec.Cmd
}

func newRelay(t *testing.T, inbox string, env []string) *relay {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(relayToken), 0o600); err != nil {
		t.Fatal(err)
	}
	listen := fmt.Sprintf("127.0.0.1:%d", acctest.FreePort(t))
	r := &relay{t: t, url: "http://" + listen, env: append(os.Environ(), env...)}
	r.args = []string{"relay", "--listen", listen, "--inbox", inbox, "--token-file", token}
	if err := r.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kill)
	return r
}

// start starts the relay and waits until it answers.
func (r *relay) start() error {
	r.process = exec.Command(acctest.Provider(r.t), r.args...) //nolint:noctx // kill ends it.
	r.process.Env = r.env
	if err := r.process.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/healthz", nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err == nil {
			return answer.Body.Close()
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("the relay does not answer: %w", err)
		}
	}
}

func (r *relay) kill() {
	_ = r.process.Process.Kill()
	_ = r.process.Wait() // It was killed.
}

// server is a process that orders depend on.
type server interface {
	kill()
	start() error
}

// killUntil kills a server every few seconds until stop is closed. Half of the
// time it restarts at once, otherwise it is down for up to three seconds.
func (s *site) killUntil(stop <-chan struct{}, server server, rng *rand.Rand) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(1000+rng.IntN(4000)) * time.Millisecond):
		}
		server.kill()
		if rng.IntN(2) == 0 {
			<-time.After(time.Duration(rng.IntN(3000)) * time.Millisecond)
		}
		if err := server.start(); err != nil {
			s.t.Error(err)
			return
		}
	}
}
