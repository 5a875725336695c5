package ledger

// machine lists what can happen next in a world.
type machine struct {
	scenario *scenario
	viewer   *viewer
	emitted  func(next *world, label string, run, address int)
	// outcomes holds the outcome of the newest Create of each address.
	outcomes [addresses]Outcome
	// converged holds the worlds whose convergence has been checked.
	converged map[fingerprint]struct{}
	buffer    []byte
}

// emit passes a copy of w, changed by change, to the walk.
func (m *machine) emit(w *world, label string, run, address int, change func(*world)) {
	next := *w
	change(&next)
	m.emitted(&next, label, run, address)
}

// successors emits every possible next world.
func (m *machine) successors(w *world) {
	for run := range m.scenario.runs {
		m.terraform(w, run)
		m.process(w, run)
		m.fault(w, run)
	}
	m.service(w)
	m.people(w)
}

// terraform emits the possible next actions of the Terraform of a run.
func (m *machine) terraform(w *world, run int) {
	r, s := &w.runs[run], m.scenario
	if r.killed || r.paused {
		return
	}
	switch r.phase {
	case runWaiting:
		if m.mayStart(w, run) {
			m.emit(w, "starts", run, 0, func(n *world) { m.start(n, run) })
		}
	case runPlanning:
		if r.confirm == 0 && r.remove == 0 {
			m.emit(w, "plan done", run, 0, func(n *world) { m.apply(n, run) })
		}
	case runApplying:
		if r.done() {
			m.emit(w, "providers closed", run, 0, func(n *world) { n.runs[run].close() })
		}
		if r.memory != w.saved && s.saves {
			m.emit(w, "saved between", run, 0, func(n *world) { n.saved = n.runs[run].memory })
		}
	case runSaving:
		m.emit(w, "saved", run, 0, func(n *world) { n.saved, n.runs[run].phase = n.runs[run].memory, runOver })
		if w.faults > 0 && s.saveFails {
			m.emit(w, "the save fails", run, 0, func(n *world) {
				n.faults, n.faulty, n.runs[run].phase = n.faults-1, true, runOver
			})
		}
	case runOver:
	}
}

// mayStart reports whether the previous run has ended, or its lock can be
// forced because it is dead or suspended. A drift check does not lock.
func (m *machine) mayStart(w *world, run int) bool {
	if run == 0 || m.scenario.kinds[run].drift {
		return true
	}
	for earlier := range run {
		r := &w.runs[earlier]
		if m.scenario.kinds[earlier].drift || r.phase == runOver || r.killed || r.paused {
			continue
		}
		return false
	}
	return true
}

func (m *machine) start(w *world, run int) {
	r := &w.runs[run]
	r.phase, r.memory = runPlanning, w.saved
	if m.scenario.kinds[run].readOnly {
		w.readOnly = true
		return
	}
	for _, entry := range r.memory {
		if entry.ref != 0 {
			r.confirm |= 1 << (entry.ref - 1)
		}
	}
}

func (m *machine) apply(w *world, run int) {
	r, kind := &w.runs[run], m.scenario.kinds[run]
	if kind.drift {
		r.phase = runOver
		return
	}
	r.phase, r.proc, r.startTerm = runApplying, procAlive, w.terms
	for i := range w.orders {
		if w.orders[i].has(Confirmed) {
			r.confirmed |= 1 << i
		}
	}
	w.tidy(m, run)
	for address := range addresses {
		if kind.wants[address] && r.memory[address].uuid == 0 {
			r.creates[address] = modelCreate{state: createRunning}
		}
	}
}

// tidy removes the results that Leftovers returns.
func (w *world) tidy(m *machine, run int) {
	for _, left := range Leftovers(m.viewer.of(m.scenario, w, run)) {
		o := &w.orders[indexOf(left.Ref)]
		o.result, o.evidence = NoResult, o.evidence || left.Keep
	}
}

func (r *modelRun) done() bool {
	for i := range r.creates {
		if s := r.creates[i].state; s == createRunning && r.proc == procAlive || s == createReturned && r.proc == procAlive {
			return false
		}
	}
	return r.confirm == 0 && r.remove == 0
}

func (r *modelRun) close() {
	r.phase = runSaving
	r.removeCreates()
	if r.proc == procAlive {
		r.proc = procEnded
	}
}

// removeCreates removes the Creates, because their process has ended.
func (r *modelRun) removeCreates() { r.creates = [addresses]modelCreate{} }

// process emits the possible next actions of the provider of a run, in its plan
// and its apply.
func (m *machine) process(w *world, run int) {
	r := &w.runs[run]
	if r.paused {
		return
	}
	if r.phase == runPlanning && !r.killed {
		m.confirm(w, run)
	}
	if r.proc != procAlive || r.phase != runApplying {
		return
	}
	if r.term == 0 {
		m.takeTerm(w, run)
		return
	}
	for address := range addresses {
		if s := r.creates[address].state; s == createRunning || s == createReturned && !r.killed {
			m.stepCreate(w, run, address)
		}
	}
	if r.killed && !r.cancelled {
		m.emit(w, "notices that it is an orphan", run, 0, func(n *world) { n.runs[run].cancelled = true })
	}
	if r.killed && r.cancelled && r.orphanDone() {
		m.emit(w, "the orphan exits", run, 0, func(n *world) {
			n.runs[run].proc = procDead
			n.runs[run].removeCreates()
		})
	}
}

func (r *modelRun) orphanDone() bool {
	for i := range r.creates {
		if r.creates[i].state == createRunning {
			return false
		}
	}
	return true
}

// takeTerm reads the terms and writes the next term, in two steps.
func (m *machine) takeTerm(w *world, run int) {
	r := &w.runs[run]
	if r.pending == 0 {
		self := Self{Scope: "s", Process: processOf(run), Terraform: processOf(run)}
		term, stop := NextTerm(m.viewer.of(m.scenario, w, run), self)
		m.emit(w, "reads the terms", run, 0, func(n *world) {
			if n.runs[run].pending = uint8(term); stop != nil {
				n.runs[run].removeCreates()
				n.runs[run].term = 0xff
			}
		})
		return
	}
	m.emit(w, "takes a term", run, 0, func(n *world) {
		r := &n.runs[run]
		if r.pending <= n.terms {
			r.pending = 0
			return
		}
		n.terms, n.owner[r.pending], r.term = r.pending, uint8(run), r.pending
	})
}

// confirm writes the turns and then deletes the keys that Confirm returns.
func (m *machine) confirm(w *world, run int) {
	r := &w.runs[run]
	for index := range len(w.orders) {
		bit := uint8(1) << index
		if r.confirm&bit != 0 {
			m.emit(w, "confirms", run, index, func(n *world) { m.confirmOne(n, run, index) })
		}
		if r.remove&bit != 0 {
			m.emit(w, "deletes the keys", run, index, func(n *world) {
				n.orders[index].clear()
				n.runs[run].remove &^= bit
			})
		}
	}
}

func (m *machine) confirmOne(w *world, run, index int) {
	r, bit := &w.runs[run], uint8(1)<<index
	todo := Confirm(m.viewer.of(m.scenario, w, run), []Reference{{Ref: refOf(index), Desktop: Desktop{UUID: uuidOf(index)}}}, Self{Process: "plan"})
	r.confirm &^= bit
	if len(todo) == 0 {
		return
	}
	if turn := todo[0].Turn; turn != nil {
		w.orders[index].write(todo[0].N, modelTurn{kind: kindNumber(turn.Kind), by: byPlan + uint8(run), uuid: uuidNumber(turn.UUID)})
	}
	if len(todo[0].Delete) > 0 {
		r.remove |= bit
	}
}

// clear deletes the keys in Order.OtherKeys.
func (o *modelOrder) clear() {
	o.intent, o.accepted, o.refused, o.unsent, o.grown = false, false, false, false, 0
	o.result, o.evidence = NoResult, false
}
