//go:build linux

package chaos

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const (
	createTimeout = 20 * time.Second
	// maxApplies is how many applies a round may need; after a lost state each
	// of them resolves one order of each kind.
	maxApplies = 30
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
  callback { listen = %q }
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

// keeping is where the state is kept.
type keeping int

const (
	locally keeping = iota
	inBackend
	inBackendThatRefuses // While an apply is attacked.
)

func (k keeping) String() string {
	return [...]string{"local state", "http backend", "http backend that refuses the state"}[k]
}

// round is one configuration whose applies are attacked until it converges.
type round struct {
	t       *testing.T
	rng     *rand.Rand // Of the attacker.
	service *desktoptest.Server
	backend *backend // Nil for a local state.
	cli     *acctest.CLI
	attack  attack
	keeps   keeping
	wanted  int

	// printed is all that Terraform and the commands printed.
	printed   strings.Builder
	providers map[int]bool

	kills, inFlight, applies, commands int
}

// newRound takes everything from the seed. Consecutive seeds combine each attack
// with each kind of state.
func newRound(t *testing.T, seed uint64) *round {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // A seed has to repeat it.
	r := &round{
		t: t, rng: rng, wanted: *desktops, providers: map[int]bool{},
		attack: attacks[seed%uint64(len(attacks))], keeps: keeping(seed % 3),
	}
	// The services of a real world call for much longer.
	r.service = desktoptest.Start(t, desktoptest.WithCallbackRetries(600, 200*time.Millisecond))
	r.makeServiceErratic(rand.New(rand.NewPCG(rng.Uint64(), 1))) //nolint:gosec // The same.
	r.cli = acctest.NewCLI(t)
	if r.keeps != locally {
		r.backend = newBackend(t)
	}
	listen := "127.0.0.1:0"
	if rng.IntN(2) == 0 {
		listen = fmt.Sprintf("127.0.0.1:%d", acctest.FreePort(t))
	}
	r.cli.Write("main.tf", fmt.Sprintf(configuration, r.backend.block(), r.service.URL, listen, r.wanted, createTimeout))
	r.cli.MustRun("init")
	return r
}

// makeServiceErratic lets the service take up to two seconds for an order, and
// lose one answer in twenty.
func (r *round) makeServiceErratic(rng *rand.Rand) {
	var mu sync.Mutex
	random := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return rng.IntN(n)
	}
	r.service.Callback(desktoptest.Apply, -1, func(op *desktoptest.Operation) {
		if op.Wait(time.Duration(random(2000)) * time.Millisecond) {
			op.Send(op.Execute())
		}
	})
	r.service.Fail(desktoptest.Apply, -1, func(w http.ResponseWriter, req *http.Request, serve http.HandlerFunc) {
		if random(20) == 0 {
			desktoptest.DropAfter()(w, req, serve)
		}
		serve(w, req)
	})
}

func (r *round) run() {
	r.t.Helper()
	for range 1 + r.rng.IntN(2) {
		r.attackApply()
	}
	r.converge()
	r.check()
	r.waitForOrphans()
}

// attackApply starts an apply and attacks it when a random number of orders is
// placed.
func (r *round) attackApply() {
	r.t.Helper()
	placed := len(r.service.Orders())
	if placed == r.wanted {
		return
	}
	if r.keeps == inBackendThatRefuses {
		r.backend.refuse(true)
		defer r.backend.refuse(false)
	}
	apply := r.cli.Start("apply", "-auto-approve", "-no-color", "-parallelism=10")
	r.applies++
	until := placed + r.rng.IntN(r.wanted-placed)
	ended := apply.Ended()
	for orders := placed; orders <= until; orders = len(r.service.Orders()) {
		select {
		case <-ended:
			r.keep(apply.Wait())
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
	r.sleep(time.Duration(r.rng.IntN(500)) * time.Millisecond)
	for _, provider := range children(apply.PID()) {
		r.providers[provider] = true
	}
	r.kills++
	if r.underWay() {
		r.inFlight++
	}
	r.attack.do(r, apply)
	r.keep(apply.Wait())
}

// underWay reports whether some order is placed, and some callback has not been
// accepted.
func (r *round) underWay() bool {
	delivered := 0
	for _, delivery := range r.service.Deliveries() {
		if delivery.Call == desktoptest.Apply && delivery.Status == http.StatusOK {
			delivered++
		}
	}
	return len(r.service.Orders()) > 0 && delivered < r.wanted
}

func (r *round) keep(result acctest.Result) {
	fmt.Fprintln(&r.printed, result.Unframed())
}

func (r *round) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.t.Context().Done():
	}
}

// waitForOrphans checks that no provider is left behind.
func (r *round) waitForOrphans() {
	r.t.Helper()
	deadline := time.Now().Add(2 * createTimeout)
	for provider := range r.providers {
		for runs(provider) {
			if time.Now().After(deadline) {
				r.t.Errorf("the provider with the process number %d still runs", provider)
				return
			}
			r.sleep(50 * time.Millisecond)
		}
	}
}

func (r *round) summary() string {
	return fmt.Sprintf("%s, %s: %d desktops wanted, %d orders accepted, %d attacks (%d while orders were under way), %d applies, %d commands followed",
		r.attack.name, r.keeps, r.wanted, len(r.service.Orders()), r.kills, r.inFlight, r.applies, r.commands)
}
