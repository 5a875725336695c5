//go:build linux

package chaos

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

var (
	rounds   = flag.Int("rounds", 0, "number of rounds; 0 skips the test")
	seed     = flag.Uint64("seed", 0, "seed of the first round; 0 takes the time")
	desktops = flag.Int("desktops", 40, "number of desktops that a round orders")
)

func TestChaos(t *testing.T) {
	t.Parallel()
	if *rounds == 0 {
		t.Skip("-rounds is 0")
	}
	first := *seed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	}
	var sum totals
	for n := range *rounds {
		roundSeed := first + uint64(n)
		passed := t.Run(fmt.Sprintf("round %d", n), func(t *testing.T) {
			r := newRound(t, roundSeed)
			r.run()
			sum.add(r)
			t.Logf("seed %d: %s", roundSeed, r.summary())
		})
		if !passed {
			t.Errorf("to repeat it alone: make chaos CHAOS_FLAGS=\"-rounds 1 -seed %d\"", roundSeed)
		}
	}
	t.Logf("first seed %d: %s", first, sum)
	if sum.kills > 0 && 2*sum.inFlight < sum.kills {
		t.Errorf("only %d of %d attacks came while orders were under way", sum.inFlight, sum.kills)
	}
}

// totals sum up all rounds.
type totals struct {
	rounds, wanted, accepted, kills, inFlight, applies, commands int
}

func (s *totals) add(r *round) {
	s.rounds++
	s.wanted += r.wanted
	s.accepted += len(r.service.Orders())
	s.kills += r.kills
	s.inFlight += r.inFlight
	s.applies += r.applies
	s.commands += r.commands
}

func (s totals) String() string {
	return fmt.Sprintf("%d rounds, %d desktops wanted, %d orders accepted, %d attacks (%d between the first intent and the last delivered), %d applies, %d commands followed",
		s.rounds, s.wanted, s.accepted, s.kills, s.inFlight, s.applies, s.commands)
}
