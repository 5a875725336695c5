package ledger

// stepCreate does the next step of a Create, once for each possible outcome.
func (m *machine) stepCreate(w *world, run, address int) {
	if p := w.runs[run].creates[address]; p.state == createReturned {
		m.emit(w, "returned", run, address, func(n *world) {
			n.runs[run].creates[address] = modelCreate{state: createOver}
			n.runs[run].memory[address] = modelEntry{uuid: p.desktop, ref: p.ref}
		})
		return
	}
	create, step := m.unpack(w, run, address)
	switch step.Kind { //nolint:exhaustive // The other steps have one outcome.
	case StepSend:
		m.send(w, run, address)
	case StepWatch:
		if m.hasNews(w, run, create) {
			m.advance(w, "news", run, address, Event{Kind: Viewed})
			return
		}
		m.advance(w, "deadline", run, address, Event{Kind: Expired})
		if w.runs[run].cancelled {
			m.advance(w, "cancelled", run, address, Event{Kind: Cancelled})
		}
	case StepWatchHeld:
		v := m.viewer.of(m.scenario, w, run)
		if Look(v, create.Want, create.Self).Wait == nil {
			m.advance(w, "news", run, address, Event{Kind: Viewed})
			return
		}
		m.advance(w, "held until the timeout", run, address, Event{Kind: Expired})
	default:
		m.advance(w, "step", run, address, Event{})
	}
}

// hasNews reports whether a List would lead to any step other than waiting.
func (m *machine) hasNews(w *world, run int, copied Create) bool {
	return copied.Next(Event{Kind: Viewed, View: m.viewer.of(m.scenario, w, run)}).Kind != StepWatch
}

// send emits a world for each outcome of the POST that the scenario allows.
func (m *machine) send(w *world, run, address int) {
	if w.runs[run].cancelled {
		m.advance(w, "cancelled before the POST", run, address, Event{Kind: Cancelled})
		return
	}
	index := orderIndex(run, address)
	post := func(label string, answer AnswerKind, made bool, calls uint8, result ResultKind) {
		m.emit(w, label, run, address, func(n *world) {
			o := &n.orders[index]
			o.sent, o.made, o.calls, o.answer = true, made, calls, result
			m.next(n, run, address, Event{Kind: Answered, Answer: answer})
		})
	}
	s := m.scenario
	post("accepted", AnswerAccepted, true, s.calls, ResultSuccess)
	if s.unknown {
		post("made, answer lost", AnswerUnknown, true, s.calls, ResultSuccess)
		post("lost on the way", AnswerUnknown, false, 0, NoResult)
	}
	if s.refused {
		post("refused", AnswerRefused, false, 0, NoResult)
	}
	if s.failure {
		post("accepted, will fail", AnswerAccepted, false, 1, ResultFailure)
	}
	if s.interim {
		post("accepted, interim callback first", AnswerAccepted, true, 2, ResultNotFinal)
	}
}

// advance emits the world after an event of a Create.
func (m *machine) advance(w *world, label string, run, address int, e Event) {
	m.emit(w, label, run, address, func(n *world) { m.next(n, run, address, e) })
}

// next performs the pending step, unless e is its outcome, and all steps after
// it whose interleaving with other processes makes no difference. Writing a
// turn makes none: it succeeds only if the chain has not changed since it was
// read.
func (m *machine) next(w *world, run, address int, e Event) {
	create, step := m.unpack(w, run, address)
	switch e.Kind { //nolint:exhaustive // All other events are outcomes.
	case Begun:
		e = m.perform(w, run, address, step)
	case Viewed:
		e.View = m.viewer.of(m.scenario, w, run)
	}
	for {
		step = create.Next(e)
		switch {
		case step.Kind == StepReturn:
			p := modelCreate{state: createOver}
			if step.Outcome.Kind == OutcomeDelivered {
				p = modelCreate{state: createReturned, ref: refNumber(create.ref), desktop: uuidNumber(create.desktop.UUID)}
			}
			w.runs[run].creates[address] = p
			m.outcomes[address] = step.Outcome
			return
		case step.Kind == StepWrite && step.Write.Kind == WriteTurn,
			step.Kind == StepWrite && step.Write.Kind == WriteAccepted, // The answer is written by the executor.
			step.Kind == StepRead && create.phase == phaseWait,         // A later List happens in another world.
			step.Kind == StepPrepare:
			e = m.perform(w, run, address, step)
		case step.Kind == StepReady && m.scenario.disks == nil:
			e = Event{Kind: DeliverAsked}
		default:
			w.pack(run, address, &create, &step)
			return
		}
	}
}

// perform does a step that has one outcome.
func (m *machine) perform(w *world, run, address int, step Step) Event {
	r := &w.runs[run]
	switch step.Kind { //nolint:exhaustive // stepCreate performs the other steps.
	case StepRead:
		return Event{Kind: Viewed, View: m.viewer.of(m.scenario, w, run)}
	case StepPrepare:
		if r.cancelled {
			return Event{Kind: Cancelled}
		}
		return Event{Kind: Prepared, Ref: m.viewer.refs[orderIndex(run, address)]}
	case StepWrite:
		return m.write(w, run, address, step)
	case StepSearch:
		return Event{Kind: Searched, Candidates: m.candidates(w, run, indexOf(step.Ref))}
	case StepReject:
		o := &w.orders[indexOf(step.Ref)]
		o.result, o.evidence, o.answered = NoResult, true, false
		return Event{Kind: Wrote}
	case StepRedact:
		o := &w.orders[indexOf(step.Ref)]
		o.result, o.evidence = NoResult, true
		return Event{Kind: Wrote}
	case StepReady:
		return m.ready(w, address, step)
	}
	panic("a step that the model does not know")
}

// ready grows the disk and then delivers.
func (m *machine) ready(w *world, address int, step Step) Event {
	o := &w.orders[indexOf(step.Ref)]
	if want := m.scenario.disks[address]; o.grown < want {
		return Event{Kind: DiskAsked, GiB: int64(want)}
	}
	return Event{Kind: DeliverAsked}
}

func (m *machine) write(w *world, run, address int, step Step) Event {
	o := &w.orders[indexOf(step.Ref)]
	switch step.Write.Kind {
	case WriteIntent:
		o.intent = true
	case WriteAccepted:
		o.accepted = true
	case WriteRefused:
		o.refused = true
	case WriteUnsent:
		o.unsent = true
	case WriteDisk:
		o.grown = max(o.grown, uint8(step.Write.GiB))
	case WriteTurn:
		turn := step.Write.Turn
		if !o.write(step.Write.N, modelTurn{
			kind: kindNumber(turn.Kind), by: uint8(orderIndex(run, address)), uuid: uuidNumber(turn.UUID),
			candidates: uint8(turn.Candidates), at: w.epoch,
		}) {
			return Event{Kind: Taken}
		}
		if turn.Kind == Closed && o.answer != ResultFailure {
			o.closed, w.repaired = true, true
		}
	}
	return Event{Kind: Wrote}
}

// candidates counts the desktops in the list of the users that are not in the
// baseline.
func (m *machine) candidates(w *world, run, index int) int {
	var now []Desktop
	for i := range w.orders {
		if w.orders[i].made {
			now = append(now, Desktop{UUID: uuidOf(i)})
		}
	}
	if w.outsider {
		now = append(now, Desktop{UUID: "other"})
	}
	return len(Candidates(m.viewer.of(m.scenario, w, run), refOf(index), nil, now))
}
