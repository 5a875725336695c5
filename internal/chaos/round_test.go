//go:build linux

package chaos

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

const (
	createTimeout = 20 * time.Second
	// maxApplies is the maximum number of applies in a round. After a lost
	// state, each apply resolves one order of each kind.
	maxApplies = 30
)

// keeping is the kind of the state backend.
type keeping int

const (
	locally keeping = iota
	inBackend
	inBackendThatRefuses // The backend refuses states while an apply is attacked.
)

func (k keeping) String() string {
	return [...]string{"local state", "http backend", "http backend that refuses the state"}[k]
}

// round is one configuration whose applies are attacked until it converges.
type round struct {
	t       *testing.T
	site    *site
	rng     *rand.Rand // The random numbers of the attacks.
	backend *backend   // Nil for a local state.
	cli     *acctest.CLI
	attack  attack
	keeps   keeping

	// printed is the output of Terraform and of all commands.
	printed   strings.Builder
	providers map[int]bool
	counts    counts
	steps     []string // The steps that have ended, for messages.
	// named holds the orders whose candidates a message listed. chosen holds
	// the desktops with which orders were released.
	named, chosen map[string]bool
}

func newRound(s *site, number int, rng *rand.Rand) *round {
	s.t.Helper()
	r := &round{
		t: s.t, site: s, rng: rng, providers: map[int]bool{}, named: map[string]bool{}, chosen: map[string]bool{}, cli: acctest.NewCLI(s.t),
		attack: attacks[(s.seed+uint64(number))%uint64(len(attacks))], keeps: keeping((s.seed + uint64(number)) % 3),
		counts: counts{wanted: *desktops},
	}
	if r.keeps != locally {
		r.backend = newBackend(s.t)
	}
	r.cli.Env = append(r.cli.Env, s.env...)
	r.cli.Write("main.tf", fmt.Sprintf(configuration, r.backend.block(), s.service.URL, s.callback(number), r.counts.wanted, createTimeout))
	r.cli.MustRun("init")
	return r
}

func (r *round) run() {
	r.t.Helper()
	for range 1 + r.rng.IntN(2) {
		r.attackApply()
	}
	r.converge()
}

// attackApply starts an apply and attacks it after a random number of orders is
// placed.
func (r *round) attackApply() {
	r.t.Helper()
	placed, wanted := len(r.site.service.Orders()), r.site.wanted()
	if placed >= wanted {
		return
	}
	if r.keeps == inBackendThatRefuses {
		r.backend.refuse(true)
		defer r.backend.refuse(false)
	}
	apply := r.cli.Start("apply", "-auto-approve", "-no-color", "-parallelism=10")
	r.counts.applies++
	wait := func() bool { return r.waitForMoment(apply, placed, wanted) }
	if r.keeps == locally && r.attack.killsTerraform && r.rng.IntN(2) == 0 {
		wait = func() bool { return r.waitForStateWrite(apply) }
	}
	if !wait() {
		r.keep(r.finish("an apply that no attack reached", apply))
		return
	}
	for _, provider := range children(apply.PID()) {
		r.providers[provider] = true
	}
	r.counts.attacks++
	if r.site.underWay() {
		r.counts.inFlight++
	}
	r.attack.do(r, apply)
	r.keep(r.finish("an apply after its attack", apply))
}

// waitForMoment waits for the moment of the attack: mostly a random order,
// sometimes a random time after the start. It returns false if the apply has
// ended.
func (r *round) waitForMoment(apply *acctest.Process, placed, wanted int) bool {
	ended := apply.Ended()
	until := placed + r.rng.IntN(wanted-placed)
	patience := stepLimit
	if r.rng.IntN(6) == 0 {
		patience = time.Duration(r.rng.IntN(4000)) * time.Millisecond
	}
	timer := time.After(patience)
	for len(r.site.service.Orders()) <= until {
		select {
		case <-ended:
			return false
		case <-timer:
			return true
		case <-time.After(2 * time.Millisecond):
		}
	}
	r.sleep(time.Duration(r.rng.IntN(500)) * time.Millisecond)
	return true
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

// waitForOrphans checks that all provider processes end.
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

func (r *round) String() string {
	return fmt.Sprintf("%s, %s: %d attacks, %d applies, %d commands", r.attack.name, r.keeps, r.counts.attacks, r.counts.applies, r.counts.commands)
}
