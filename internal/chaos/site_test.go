//go:build linux

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

const configuration = `
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
  %s
}

provider "clouddesktop" {
  desktop { endpoint = %q }
  callback {
    %s
  }
}

resource "clouddesktop_desktop" "this" {
  count      = %d
  user_group = "group${count.index %% 4}"
  os         = "win10"
  disk_gib   = count.index %% 5 == 0 ? 20 : null
  timeouts {
    create = %q
  }
}
`

// site is a service, an inbox and the configurations that use them. With an
// inbox that machines share, there are two configurations, each with its own
// runner.
type site struct {
	t       *testing.T
	seed    uint64
	rng     *rand.Rand
	service *desktoptest.Server
	rounds  []*round
	bucket  bucket
	relays  []*relay // The relays that receive instead of the providers.
	servers []server // Those that are killed at random.
	// inbox is the inbox in the callback block, empty for the default. files is
	// its folder.
	inbox, files string
	env          []string
}

// newSite derives all random choices from the seed. Consecutive seeds combine
// each attack with each kind of state backend.
func newSite(t *testing.T, kind string, seed uint64) *site {
	t.Helper()
	s := &site{t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // The seed must reproduce the run.
	// A real service retries callbacks for much longer.
	s.service = desktoptest.Start(t, desktoptest.WithCallbackRetries(600, 200*time.Millisecond))
	s.makeServiceErratic(s.newRand())
	runners := 2
	switch kind {
	case "directory":
		runners = 1
	case "bucket":
		s.makeBucket()
		s.servers = append(s.servers, s.bucket)
	case "relay":
		s.files = filepath.Join(t.TempDir(), "inbox")
		s.relays = []*relay{newRelay(t, s.files, nil)}
		s.inbox = fmt.Sprintf("inbox = %q\n    token = %q", s.relays[0].url, relayToken)
		s.env = []string{"CLOUDDESKTOP_CALLBACK_TOKEN=" + relayToken}
	case "relays":
		address := s.makeBucket()
		s.relays = []*relay{newRelay(t, address, s.env), newRelay(t, address, s.env)}
	default:
		t.Fatalf("-inbox %s is not directory, bucket, relay or relays", kind)
	}
	for _, relay := range s.relays {
		s.servers = append(s.servers, relay)
	}
	for number := range runners {
		s.rounds = append(s.rounds, newRound(s, number, s.newRand()))
	}
	return s
}

func (s *site) newRand() *rand.Rand {
	return rand.New(rand.NewPCG(s.rng.Uint64(), 0)) //nolint:gosec // The seed must reproduce the run.
}

// bucket is the server of a bucket.
type bucket struct{ *s3test.Server }

func (b bucket) kill() { b.Close() }

func (b bucket) start() error { return b.Restart(context.Background()) }

// makeBucket creates a bucket for the inbox and returns its address.
func (s *site) makeBucket() string {
	s.t.Helper()
	s.files = s.t.TempDir()
	server, err := s3test.Start(s.t.Context(), s.files)
	if err != nil {
		s.t.Fatal(err)
	}
	s.bucket = bucket{server}
	s.t.Cleanup(server.Close)
	if err := server.MakeBucket("orders"); err != nil {
		s.t.Fatal(err)
	}
	address := server.Address("orders")
	s.inbox = fmt.Sprintf("inbox = %q", address)
	s.env = []string{"AWS_ACCESS_KEY_ID=" + s3test.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3test.SecretKey}
	return address
}

// callback returns the content of the callback block of one configuration.
func (s *site) callback(number int) string {
	var lines []string
	if len(s.relays) == 0 {
		listen := "127.0.0.1:0"
		if s.rng.IntN(2) == 0 {
			listen = fmt.Sprintf("127.0.0.1:%d", acctest.FreePort(s.t))
		}
		lines = append(lines, fmt.Sprintf("listen = %q", listen))
	} else {
		lines = append(lines, `listen = ""`)
	}
	if len(s.relays) > 1 { // With one relay, the relay is the inbox, and its URL is the default.
		lines = append(lines, fmt.Sprintf("url = %q", s.relays[number].url))
	}
	if s.inbox != "" {
		lines = append(lines, s.inbox, fmt.Sprintf("scope = \"configuration-%d\"", number))
	}
	return strings.Join(lines, "\n    ")
}

// makeServiceErratic lets each order last at most two seconds, and loses one
// answer in twenty.
func (s *site) makeServiceErratic(rng *rand.Rand) {
	var mu sync.Mutex
	random := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return rng.IntN(n)
	}
	s.service.Callback(desktoptest.Apply, -1, func(op *desktoptest.Task) {
		if op.Wait(time.Duration(random(2000)) * time.Millisecond) {
			op.Send(op.Execute())
		}
	})
	s.service.Fail(desktoptest.Apply, -1, func(w http.ResponseWriter, req *http.Request, serve http.HandlerFunc) {
		if random(20) == 0 {
			desktoptest.DropAfter()(w, req, serve)
		}
		serve(w, req)
	})
}

// run runs all configurations concurrently.
func (s *site) run() {
	s.t.Helper()
	stop := make(chan struct{})
	var servers, all sync.WaitGroup
	for _, server := range s.servers {
		rng := s.newRand()
		servers.Go(func() { s.killUntil(stop, server, rng) })
	}
	for _, r := range s.rounds {
		all.Go(r.run)
	}
	all.Wait()
	close(stop)
	servers.Wait()
	if s.t.Failed() {
		s.t.FailNow() // Further checks would fail for the same reason.
	}
	s.check()
	for _, r := range s.rounds {
		r.waitForOrphans()
	}
}

// underWay reports whether an order is placed and a callback has not been
// accepted yet.
func (s *site) underWay() bool {
	delivered := 0
	for _, delivery := range s.service.Deliveries() {
		if delivery.Call == desktoptest.Apply && delivery.Status == http.StatusOK {
			delivered++
		}
	}
	return len(s.service.Orders()) > 0 && delivered < s.wanted()
}

func (s *site) wanted() int { return len(s.rounds) * *desktops }

func (s *site) counts() counts {
	sum := counts{accepted: len(s.service.Orders())}
	for _, r := range s.rounds {
		sum.plus(r.counts)
	}
	return sum
}

// folder returns the folder of the inbox.
func (s *site) folder() string {
	if s.files != "" {
		return s.files
	}
	return filepath.Join(s.rounds[0].cli.Dir, ".terraform", "clouddesktop")
}

func (s *site) String() string {
	text := s.counts().String()
	for _, r := range s.rounds {
		text += "\n        " + r.String()
	}
	return text
}
