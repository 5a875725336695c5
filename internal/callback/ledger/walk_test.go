package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// runKind is the kind of a Terraform run.
type runKind struct {
	wants    [addresses]bool
	readOnly bool // Its plan cannot write.
	drift    bool // Only a plan with -lock=false, without an apply.
}

// scenario limits what can happen. The walk explores everything within these
// limits.
type scenario struct {
	name      string
	large     bool
	runs      int
	kinds     [maxRuns]runKind
	faults    uint8
	sleeps    uint8
	commands  uint8
	calls     uint8
	epochs    int
	directory bool // A process whose Terraform is dead counts as dead at once.
	saves     bool
	saveFails bool
	unknown   bool
	refused   bool
	failure   bool
	interim   bool
	receiver  bool
	outsider  bool
	reorder   bool
	sweep     bool
	disks     *[addresses]uint8
}

var (
	both   = runKind{wants: [addresses]bool{true, true}}
	first1 = runKind{wants: [addresses]bool{true, false}}
	second = runKind{wants: [addresses]bool{false, true}} // -target
)

func (s *scenario) disk(address int) int64 {
	if s.disks == nil {
		return 0
	}
	return int64(s.disks[address])
}

func (s *scenario) wanted() [addresses]bool {
	var wanted [addresses]bool
	for _, kind := range s.kinds[:s.runs] {
		for i, want := range kind.wants {
			wanted[i] = wanted[i] || want
		}
	}
	return wanted
}

// node is a reached world, for the trace.
type node struct {
	parent int32
	label  string
	run    int8
	at     int8
}

// walk visits every world that is reachable in a scenario. It searches
// breadth-first, so that it finds a shortest trace to a violation.
func walk(s *scenario) (states int, violation error) {
	m := &machine{scenario: s, viewer: newViewer()}
	begin := world{faults: s.faults, sleeps: s.sleeps, commands: s.commands}
	seen := map[fingerprint]struct{}{}
	var nodes []node
	var queue, later []world
	var ids, laterIDs []int32
	var buffer []byte
	parent := int32(-1)
	m.emitted = func(next *world, label string, run, at int) {
		var mark fingerprint
		mark, buffer = next.fingerprint(buffer)
		if _, known := seen[mark]; known || violation != nil {
			return
		}
		seen[mark] = struct{}{}
		nodes = append(nodes, node{parent, label, int8(run), int8(at)})
		id := int32(len(nodes) - 1)
		err := m.check(next)
		if err == nil && s.runs < maxRuns && next.quiet() {
			err = m.converges(next)
		}
		if err != nil {
			violation = fmt.Errorf("%w\n%s", err, trace(nodes, id))
			return
		}
		later, laterIDs = append(later, *next), append(laterIDs, id)
	}
	m.emitted(&begin, "begin", 0, 0)
	for len(later) > 0 && violation == nil {
		queue, later = later, queue[:0]
		ids, laterIDs = laterIDs, ids[:0]
		for i := range queue {
			parent = ids[i]
			m.successors(&queue[i])
		}
	}
	return len(seen), violation
}

func trace(nodes []node, id int32) string {
	var lines []string
	for ; id >= 0; id = nodes[id].parent {
		n := nodes[id]
		lines = append(lines, fmt.Sprintf("  run %d, %d: %s", n.run, n.at, n.label))
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

func TestWalk_everyStateOfEveryScenario(t *testing.T) {
	t.Parallel()
	total := 0
	for i := range scenarios {
		if raceEnabled && scenarios[i].large {
			continue // make test runs these without the race detector, because they use one goroutine.
		}
		states, err := walk(&scenarios[i])
		if err != nil {
			t.Errorf("%s: %v", scenarios[i].name, err)
		}
		t.Logf("%8d states: %s", states, scenarios[i].name)
		total += states
	}
	t.Logf("%8d states", total)
}
