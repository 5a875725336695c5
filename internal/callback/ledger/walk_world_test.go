package ledger

import (
	"fmt"
	"strconv"
)

const (
	addresses = 2
	maxRuns   = 3
	maxTurns  = 18
)

// runPhase is the phase of a Terraform run.
type runPhase uint8

const (
	runWaiting  runPhase = iota // Not started.
	runPlanning                 // It confirms what its state contains.
	runApplying                 // Its Creates run.
	runSaving                   // Its providers are closed, its state is not saved yet.
	runOver
)

// procState is the state of the provider process of a run.
type procState uint8

const (
	procNone procState = iota
	procAlive
	procEnded
	procDead
)

// modelTurn is a turn. By is the Create that wrote it, as run*addresses+address,
// or byPlan or byCommand.
type modelTurn struct {
	kind, by, uuid, candidates, at uint8
}

const (
	byPlan    = 0xf0 // Plus the run.
	byCommand = 0xe0
	byEnded   = 0xd0 // A process that ended, or died, before these runs.
	byDied    = 0xd1
)

var turnKinds = []TurnKind{"", Claimed, Released, Delivered, Confirmed, Looked, Closed}

func kindNumber(kind TurnKind) uint8 {
	for n, k := range turnKinds {
		if k == kind {
			return uint8(n)
		}
	}
	panic("unknown turn " + kind)
}

// modelOrder is one order in the inbox and in the service. The desktop of order
// n has the uuid n+1.
type modelOrder struct {
	intent, accepted, refused, unsent bool
	grown                             uint8
	turns                             [maxTurns]modelTurn
	length                            uint8
	result                            ResultKind
	evidence                          bool

	sent     bool
	made     bool  // The service made the desktop.
	calls    uint8 // Callbacks that the service may still send.
	answer   ResultKind
	answered bool  // A callback was answered with 200.
	receiver uint8 // 0 idle, 1 has checked, 2 has stored.
	closed   bool  // It was closed by a command or by reorder, which reports its desktop.
}

// modelCreate is one Create of a run and its next step, without pointers: the
// walk copies millions of worlds. References and uuids are indices plus 1.
type modelCreate struct {
	state                           createState
	phase                           phase
	ref, seen, gib, desktop         uint8
	claimed, again                  bool
	outcome, candidates             uint8
	step, write, n, writeGiB, turns uint8
	stepRef                         uint8
}

type createState uint8

const (
	createIdle     createState = iota
	createRunning              // step is its next step.
	createReturned             // It has returned success, which Terraform has not processed yet.
	createOver
)

// modelEntry is a resource in a state: the uuid of its desktop, 0 if there is
// none, and the order that its private state refers to, plus 1.
type modelEntry struct{ uuid, ref uint8 }

// modelRun is a Terraform run with its apply's provider process.
type modelRun struct {
	phase     runPhase
	killed    bool // Terraform is dead.
	proc      procState
	paused    bool // The machine sleeps; the process counts as dead.
	cancelled bool
	startTerm uint8 // The highest term when its process started.
	term      uint8
	pending   uint8 // The term that it is about to write.
	memory    [addresses]modelEntry
	creates   [addresses]modelCreate
	confirm   uint8 // References that are still to be confirmed, a bit each.
	remove    uint8 // Confirmed orders whose keys are still to be deleted.
	confirmed uint8 // Orders that were confirmed when its process started.
}

// world is a state of the model.
type world struct {
	orders [maxRuns * addresses]modelOrder
	runs   [maxRuns]modelRun
	saved  [addresses]modelEntry
	terms  uint8 // The highest one.
	owner  [maxRuns + 1]uint8
	epoch  uint8 // The time in units of five minutes.

	faults   uint8 // The number of faults that may still happen.
	sleeps   uint8
	commands uint8
	outsider bool // A user ordered a desktop in the portal.
	faulty   bool // Any kill, pause, failed save or command happened.
	repaired bool // A command or reorder closed an order.
	residue  bool // A receiver or a run died while a result was to be removed.
	readOnly bool // A plan could not write.
}

func orderIndex(run, address int) int { return run*addresses + address }

func refOf(index int) string { return "o" + strconv.Itoa(index) }

func indexOf(ref string) int { return int(ref[1] - '0') }

func uuidOf(index int) string { return "u" + strconv.Itoa(index) }

func uuidNumber(uuid string) uint8 {
	if uuid == "" {
		return 0
	}
	return uuid[1] - '0' + 1
}

func processOf(run int) string { return "p" + strconv.Itoa(run) }

func (o *modelOrder) has(kind TurnKind) bool {
	n := kindNumber(kind)
	for _, t := range o.turns[:o.length] {
		if t.kind == n {
			return true
		}
	}
	return false
}

func (o *modelOrder) ended() bool { return o.has(Confirmed) || o.has(Closed) }

// write appends a turn if n is the next one.
func (o *modelOrder) write(n int, turn modelTurn) bool {
	if n != int(o.length)+1 {
		return false
	}
	if n > maxTurns {
		panic(fmt.Sprintf("an order has more than %d turns", maxTurns))
	}
	o.turns[n-1] = turn
	o.length++
	return true
}
