package ledger

import "time"

var walkStart = time.Date(2026, 1, 1, 0, 0, 0, 1, time.UTC)

// walkNow is the time of the store in every List. It can be constant, because
// the decisions depend only on the order of events.
var walkNow = walkStart.Add(1000 * time.Hour)

func termTime(n uint8) time.Time { return walkStart.Add(time.Duration(n) * time.Hour) }

// age returns the age of the process, which started just after the term that
// was then the highest.
func (r *modelRun) age() time.Duration { return walkNow.Sub(termTime(r.startTerm)) - time.Minute }

// viewer builds views without allocating, because the walk builds millions of
// them.
type viewer struct {
	view    View
	intents [maxRuns * addresses]Intent
	turns   [maxRuns * addresses][maxTurns]Turn
	stuff   [1]string
	refs    [maxRuns * addresses]string
	uuids   [maxRuns*addresses + 1]string
	procs   [maxRuns]string
	nonces  [maxRuns * addresses]string
}

func newViewer() *viewer {
	x := &viewer{stuff: [1]string{"left"}}
	for i := range x.refs {
		run := i / addresses
		x.refs[i], x.uuids[i+1], x.nonces[i] = refOf(i), uuidOf(i), "n"+refOf(i)
		x.intents[i] = Intent{Kind: walkKind, Scope: "s", Process: processOf(run), Nonce: "n" + refOf(i)}
	}
	for i := range x.procs {
		x.procs[i] = processOf(i)
	}
	return x
}

var walkKind = Kind{Service: "x", UserGroup: "dev", OS: "win10"}

// of returns the View of the process of a run.
func (x *viewer) of(s *scenario, w *world, run int) *View {
	v := &x.view
	v.Age = w.runs[run].age()
	v.Now, v.Terms, v.Orders, v.Processes = walkNow, v.Terms[:0], v.Orders[:0], v.Processes[:0]
	for n := uint8(1); n <= w.terms; n++ {
		p := x.procs[w.owner[n]]
		v.Terms = append(v.Terms, Term{N: int(n), Process: p, Terraform: p, Taken: termTime(n)})
	}
	for i := range w.runs {
		if r := &w.runs[i]; r.proc != procNone {
			v.Processes = append(v.Processes, Process{ID: x.procs[i], Terraform: x.procs[i], State: s.seen(r)})
		}
	}
	v.Processes = append(v.Processes, Process{ID: "died", Terraform: "died", State: ProcessDied})
	for i := range w.orders {
		if o := &w.orders[i]; o.intent || o.length > 0 || o.result != NoResult {
			v.Orders = append(v.Orders, x.order(i, o, &w.runs[run]))
		}
	}
	return v
}

// seen returns the state of a process as the other processes determine it.
func (s *scenario) seen(r *modelRun) ProcessState {
	switch {
	case r.proc == procEnded:
		return ProcessEnded
	case r.proc == procDead, r.paused, s.directory && r.killed:
		return ProcessDied
	}
	return ProcessAlive
}

func (x *viewer) order(i int, o *modelOrder, r *modelRun) Order {
	order := Order{
		Ref: x.refs[i], Created: walkStart.Add(time.Duration(i) * time.Second),
		Accepted: o.accepted, Refused: o.refused, Unsent: o.unsent, DiskGiB: int64(o.grown),
	}
	if o.intent {
		order.Intent = &x.intents[i]
	}
	turns := x.turns[i][:o.length]
	for n, t := range o.turns[:o.length] {
		turns[n] = Turn{
			Kind: turnKinds[t.kind], Process: x.process(t.by), UUID: x.uuids[t.uuid],
			Candidates: int(t.candidates), Written: walkStart.Add(time.Duration(t.at) * 5 * time.Minute),
		}
		if turns[n].Kind == Confirmed {
			turns[n].Scope, turns[n].Order = "s", &walkKind
			turns[n].Terraform, turns[n].Process = turns[n].Process, "plan"
			if r.confirmed&(1<<i) == 0 {
				turns[n].Written = walkNow
			}
		}
	}
	order.Turns = turns
	if o.result != NoResult {
		order.ResultKey = "result"
		order.Result = Result{Kind: o.result}
		if o.result == ResultSuccess {
			order.Result.UUID = x.uuids[i+1]
		}
	}
	if o.intent || o.result != NoResult || o.evidence || o.accepted || o.refused || o.unsent {
		order.OtherKeys = x.stuff[:]
	}
	return order
}

// process returns the name of the process that wrote a turn.
func (x *viewer) process(by uint8) string {
	switch {
	case int(by) < maxRuns*addresses:
		return x.procs[by/addresses]
	case by >= byPlan && by < byPlan+maxRuns:
		return x.procs[by-byPlan]
	case by == byDied:
		return "died"
	}
	return "ended"
}
