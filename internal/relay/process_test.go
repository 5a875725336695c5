package relay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/address"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// childVariable names the environment variable with the arguments for which the
// test binary runs as a relay.
const childVariable = "RELAY_TEST_ARGS"

func TestMain(m *testing.M) {
	if args := os.Getenv(childVariable); args != "" {
		command := Command{Version: "test", Getenv: noEnv, Stderr: os.Stderr, Listening: func(a net.Addr) {
			_, _ = fmt.Fprintln(os.Stdout, a) // The test detects an error.
		}}
		os.Exit(command.Run(context.Background(), strings.Fields(args)))
	}
	os.Exit(m.Run())
}

// process is a relay in its own process.
type process struct {
	cmd *exec.Cmd
	url string
}

func startProcess(t *testing.T, args string) *process {
	t.Helper()
	return run(t, childCommand(t.Context(), args))
}

// run starts a command that becomes a relay, and waits until it listens.
func run(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	stderr := &logs{}
	cmd.Stderr = stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("the relay did not start: %v\n%s", err, stderr)
	}
	return &process{cmd, "http://" + strings.TrimSpace(line)}
}

// Two relays share a bucket. They are killed and replaced in turn while
// callbacks arrive. Each callback that was answered with 200 must be in the
// bucket.
func TestRelay_keepsCallbacksWhenItIsKilled(t *testing.T) {
	t.Parallel()
	bucket := newBucket(t).Address("bucket")
	for name, inbox := range map[string]string{"bucket": bucket, "directory": filepath.Join(t.TempDir(), "inbox")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := "--listen 127.0.0.1:0 --inbox " + inbox
			relays := []*process{startProcess(t, args), startProcess(t, args)}
			c := &callers{urls: []string{relays[0].url, relays[1].url}, store: openInbox(t, inbox)}
			var err error
			if c.key, err = id.ReadKey(t.Context(), c.store); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() { c.call(ctx) })
			}
			for n := range 4 {
				c.wait(ctx, t, 30*(n+1))
				killed := n % 2
				_ = relays[killed].cmd.Process.Kill()
				relays[killed] = startProcess(t, args)
				c.replace(killed, relays[killed].url)
			}
			c.wait(ctx, t, 150)
			cancel()
			all.Wait()
			for _, made := range c.answered {
				if value, err := c.store.Get(t.Context(), ledger.ResultKey(made.Ref())); string(value) != result || err != nil {
					t.Errorf("%v was answered with 200, and the inbox holds %q (%v)", made, value, err)
				}
			}
		})
	}
}

func openInbox(t *testing.T, text string) inbox.Store {
	t.Helper()
	if !address.Remote(text) {
		s, err := address.Open(address.Config{Address: text})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s, err := s3.New(s3.Config{Address: text, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Credentials: s3test.Credentials()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// callers send callbacks of new orders to either relay until they are answered.
type callers struct {
	store inbox.Store
	key   []byte

	mu       sync.Mutex
	urls     []string
	answered []id.ID
}

func (c *callers) replace(n int, url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.urls[n] = url
}

func (c *callers) url(n int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.urls[n%len(c.urls)]
}

func (c *callers) call(ctx context.Context) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for ctx.Err() == nil {
		made := id.New(id.Order, "prod", c.key)
		if _, err := c.store.Create(ctx, ledger.IntentKey(made.Ref()), []byte(`{}`)); err != nil {
			continue
		}
		for n := 0; ctx.Err() == nil; n++ {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url(n)+receiver.Path+"/"+made.Secret(), strings.NewReader(result))
			if err != nil {
				return
			}
			resp, err := client.Do(req)
			if err == nil && errors.Join(resp.Body.Close()) == nil && resp.StatusCode == http.StatusOK {
				c.mu.Lock()
				c.answered = append(c.answered, made)
				c.mu.Unlock()
				break
			}
		}
	}
}

// wait waits until n callbacks are answered.
func (c *callers) wait(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	for {
		c.mu.Lock()
		have := len(c.answered)
		c.mu.Unlock()
		if have >= n {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("only %d callbacks were answered", have)
		}
	}
}
