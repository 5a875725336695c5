//go:build linux

package chaos

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

var (
	rounds   = flag.Int("rounds", 3, "number of rounds")
	seed     = flag.Uint64("seed", 0, "seed of the first round; 0 takes the time")
	desktops = flag.Int("desktops", 12, "number of desktops that a round orders")
	inbox    = flag.String("inbox", "directory", "where callbacks are kept: directory, bucket, relay, or relays (two on a bucket)")
)

func TestChaos(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	first := *seed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	}
	var sum totals
	for n := range *rounds {
		sum.runRound(t, n, *inbox, first+uint64(n))
	}
	t.Logf("inbox %s, first seed %d: %s", *inbox, first, sum)
	if sum.rounds < *rounds {
		t.Errorf("only %d rounds came to their end", sum.rounds)
	}
	if 2*sum.inFlight < sum.attacks {
		t.Errorf("only %d of %d attacks came while orders were under way", sum.inFlight, sum.attacks)
	}
}

// Two runners use two relays of one bucket, in a round that every check runs.
func TestChaos_relays(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	if *inbox != "directory" {
		t.Skip("TestChaos runs with -inbox " + *inbox)
	}
	new(totals).runRound(t, 0, "relays", uint64(time.Now().UnixNano()))
}

// counts holds the numbers of events in one or more rounds.
type counts struct {
	wanted, accepted, attacks, inFlight, applies, commands int
}

func (c *counts) plus(other counts) {
	c.wanted += other.wanted
	c.accepted += other.accepted
	c.attacks += other.attacks
	c.inFlight += other.inFlight
	c.applies += other.applies
	c.commands += other.commands
}

func (c counts) String() string {
	return fmt.Sprintf("%d desktops wanted, %d orders accepted, %d attacks (%d between the first intent and the last delivered), %d applies, %d commands followed",
		c.wanted, c.accepted, c.attacks, c.inFlight, c.applies, c.commands)
}

// totals is the sum of all rounds.
type totals struct {
	counts

	rounds int
}

func (t *totals) add(s *site) {
	t.rounds++
	t.plus(s.counts())
}

// runRound runs the round with a seed, and prints how to repeat it if it fails.
func (t *totals) runRound(test *testing.T, number int, inbox string, seed uint64) {
	test.Helper()
	passed := test.Run(fmt.Sprintf("round %d", number), func(test *testing.T) {
		test.Logf("seed %d", seed)
		s := newSite(test, inbox, seed)
		s.run()
		t.add(s)
		test.Logf("seed %d: %s", seed, s)
	})
	if !passed {
		test.Errorf("to repeat it alone: make chaos CHAOS_FLAGS=\"-inbox %s -rounds 1 -desktops %d -seed %d\"", inbox, *desktops, seed)
	}
}

func (t totals) String() string { return fmt.Sprintf("%d rounds, %s", t.rounds, t.counts) }
