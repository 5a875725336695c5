package ledger

import "fmt"

// spare is the run that continues a world in which all processes have ended.
const spare = maxRuns - 1

// converges checks I6: without further faults, three applies and the commands
// in their messages lead to a desktop at each address. A fourth apply confirms
// what the third ordered.
func (m *machine) converges(begin *world) error {
	w := *begin
	w.rest()
	var mark fingerprint
	if mark, m.buffer = w.fingerprint(m.buffer); m.converged == nil {
		m.converged = map[fingerprint]struct{}{}
	}
	if _, known := m.converged[mark]; known {
		return nil
	}
	m.converged[mark] = struct{}{}
	for range 4 {
		m.applyInPeace(&w)
		for address := range addresses {
			if w.saved[address].uuid == 0 {
				m.obey(&w, m.outcomes[address])
			}
		}
	}
	for address := range addresses {
		if w.saved[address].uuid == 0 {
			return fmt.Errorf("I6: address %d has no desktop: %+v", address, m.outcomes[address])
		}
	}
	for i := range w.orders {
		if o := &w.orders[i]; o.result == ResultSuccess && (o.ended() || !o.intent) {
			return fmt.Errorf("I5: the password of order %d stays after three applies", i)
		}
	}
	return nil
}

// rest removes the ended runs, so that more runs can start.
func (w *world) rest() {
	by := func(run int) uint8 {
		if w.runs[run].proc == procDead {
			return byDied
		}
		return byEnded
	}
	for i := range w.orders {
		o := &w.orders[i]
		if o.receiver != 0 {
			o.store()
			o.recheck()
		}
		for n := range o.turns[:o.length] {
			if t := &o.turns[n]; int(t.by) < maxRuns*addresses {
				t.by = by(int(t.by) / addresses)
			}
		}
	}
	w.runs[spare] = modelRun{}
	w.faults, w.sleeps, w.commands = 0, 0, 0
}

// applyInPeace plans and applies both addresses without faults. Each callback
// that the service sends arrives as soon as a Create waits for it.
func (m *machine) applyInPeace(w *world) {
	s := *m.scenario
	defer func(before *scenario) { m.scenario = before }(m.scenario)
	m.scenario = &s
	s.kinds[spare], s.receiver, s.reorder = both, false, false
	w.rest()
	m.start(w, spare)
	for index := range w.orders {
		if bit := uint8(1) << index; w.runs[spare].confirm&bit != 0 {
			m.confirmOne(w, spare, index)
			if w.runs[spare].remove&bit != 0 {
				w.orders[index].clear()
			}
		}
	}
	w.runs[spare].remove = 0
	m.apply(w, spare)
	r := &w.runs[spare]
	r.term, w.terms = 1, min(w.terms+1, maxRuns)
	r.term = w.terms
	w.owner[r.term] = spare
	for address := range addresses {
		for r.creates[address].state == createRunning {
			m.stepInPeace(w, address)
		}
		if p := r.creates[address]; p.state == createReturned {
			r.memory[address] = modelEntry{uuid: p.desktop, ref: p.ref}
		}
	}
	r.close()
	w.saved = r.memory
}

func (m *machine) stepInPeace(w *world, address int) {
	create, step := m.unpack(w, spare, address)
	switch step.Kind { //nolint:exhaustive // The other steps have one outcome.
	case StepSend:
		o := &w.orders[orderIndex(spare, address)]
		o.sent, o.made, o.calls, o.answer = true, true, 1, ResultSuccess
		m.next(w, spare, address, Event{Kind: Answered, Answer: AnswerAccepted})
	case StepWatch:
		for i := range w.orders {
			if o := &w.orders[i]; o.calls > 0 && o.result == NoResult {
				m.callback(o)
			}
		}
		if m.hasNews(w, spare, create) {
			m.next(w, spare, address, Event{Kind: Viewed})
			return
		}
		m.next(w, spare, address, Event{Kind: Expired})
	case StepWatchHeld:
		m.next(w, spare, address, Event{Kind: Expired})
	default:
		m.next(w, spare, address, Event{})
	}
}

// obey runs the command in the message of an outcome, if there is one.
func (m *machine) obey(w *world, outcome Outcome) {
	if outcome.Ref == "" {
		return
	}
	o := &w.orders[indexOf(outcome.Ref)]
	if repairable(m.viewer.of(m.scenario, w, spare).Order(outcome.Ref)) != nil || turnKinds[o.turns[max(o.length, 1)-1].kind] == Released && outcome.Kind == OutcomeStopped {
		return // The message of the other address named the same order.
	}
	turn := modelTurn{kind: kindNumber(Closed), by: byCommand}
	switch {
	case outcome.Kind == OutcomeStopped && outcome.Stop.Reason == StopUnconfirmed:
		turn.kind = kindNumber(Released)
	case outcome.Kind == OutcomeNoCallback && o.made && outcome.Candidates > 0:
		turn.kind, turn.uuid = kindNumber(Released), uint8(indexOf(outcome.Ref))+1
	case outcome.Kind != OutcomeNoCallback:
		return
	}
	o.write(int(o.length)+1, turn)
}
