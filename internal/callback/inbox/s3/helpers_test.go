package s3

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

// shared is the server of all tests that do not stop it.
var (
	sharedOnce sync.Once
	shared     *s3test.Server
	errShared  error
	sharedRoot string
	buckets    atomic.Int32
)

func TestMain(m *testing.M) {
	// No test may use the credentials and files of the person who runs it.
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	for _, name := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"} {
		_ = os.Setenv(name, os.DevNull+"/none")
	}
	code := m.Run()
	if shared != nil {
		shared.Close()
	}
	_ = os.RemoveAll(sharedRoot)
	os.Exit(code)
}

func server(t *testing.T) *s3test.Server {
	t.Helper()
	sharedOnce.Do(func() {
		if sharedRoot, errShared = os.MkdirTemp("", "s3"); errShared == nil { //nolint:usetesting // The server is used by later tests too.
			shared, errShared = s3test.Start(t.Context(), sharedRoot)
		}
	})
	if errShared != nil {
		t.Fatal(errShared)
	}
	return shared
}

// newBucket creates a bucket on the server and returns its name.
func newBucket(t *testing.T, s *s3test.Server) string {
	t.Helper()
	name := fmt.Sprint("bucket-", buckets.Add(1))
	if err := s.MakeBucket(name); err != nil {
		t.Fatal(err)
	}
	return name
}

// proxy returns a proxy of the server and the address of a new bucket behind it.
func proxy(t *testing.T) (*s3test.Proxy, string) {
	t.Helper()
	s := server(t)
	p := s3test.NewProxy(s)
	t.Cleanup(p.Close)
	return p, s3test.Address(p.URL, newBucket(t, s))
}

// open returns a new client of the bucket at an address.
func open(t *testing.T, address string) *Store {
	t.Helper()
	return openThrough(t, address, newTransport(t))
}

func openThrough(t *testing.T, address string, transport http.RoundTripper) *Store {
	t.Helper()
	s, err := New(Config{Address: address, HTTPClient: &http.Client{Transport: transport}, Credentials: s3test.Credentials(), Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newTransport(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 10}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

var errLost = errors.New("the answer was lost")

// losesAnswers sends the first write to the server, but returns an error for it
// and for all retries of the same call.
type losesAnswers struct {
	http.RoundTripper
	failed int
}

func (l *losesAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	write := r.Method != http.MethodGet
	if l.failed >= inbox.MaxTries || l.failed == 0 && !write {
		return l.RoundTripper.RoundTrip(r)
	}
	l.failed++
	if l.failed == 1 {
		resp, err := l.RoundTripper.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
	}
	return nil, errLost
}
