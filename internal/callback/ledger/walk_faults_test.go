package ledger

// fault emits the possible faults of a run.
func (m *machine) fault(w *world, run int) {
	r, s := &w.runs[run], m.scenario
	active := r.phase == runPlanning || r.phase == runApplying || r.phase == runSaving
	if r.paused {
		m.emit(w, "continues", run, 0, func(n *world) { n.runs[run].paused = false })
		return
	}
	// Forcing a lock while Terraform waits for its "yes" is a known limit.
	if w.sleeps > 0 && s.sleeps > 0 && active && r.phase != runPlanning && !r.killed {
		m.emit(w, "is suspended", run, 0, func(n *world) {
			n.sleeps, n.faulty, n.runs[run].paused = n.sleeps-1, true, true
		})
	}
	if w.faults == 0 || !active || r.killed {
		return
	}
	hit := func(label string, change func(n *world, r *modelRun)) {
		m.emit(w, label, run, 0, func(n *world) {
			n.faults, n.faulty = n.faults-1, true
			change(n, &n.runs[run])
		})
	}
	hit("Terraform and provider are killed", func(n *world, r *modelRun) {
		n.residue = n.residue || r.remove != 0
		r.killed, r.confirm, r.remove = true, 0, 0
		r.removeCreates()
		if r.proc == procAlive {
			r.proc = procDead
		}
	})
	if r.phase != runApplying || r.proc != procAlive {
		return
	}
	hit("Terraform alone is killed", func(_ *world, r *modelRun) { r.killed = true })
	hit("the provider alone is killed", func(_ *world, r *modelRun) {
		r.proc = procDead
		r.removeCreates()
	})
	if !r.cancelled {
		hit("Ctrl-C", func(_ *world, r *modelRun) { r.cancelled = true })
		hit("Ctrl-C twice", func(_ *world, r *modelRun) {
			r.close()
		})
	}
}

// service emits the callbacks of the service: once, twice, late or never.
func (m *machine) service(w *world) {
	for index := range w.orders {
		o := &w.orders[index]
		switch {
		case o.receiver == 1:
			m.emit(w, "the receiver stores", index/addresses, index%addresses, func(n *world) { n.orders[index].store() })
		case o.receiver == 2:
			m.emit(w, "the receiver looks again", index/addresses, index%addresses, func(n *world) { n.orders[index].recheck() })
			if w.faults > 0 {
				m.emit(w, "the receiver dies", index/addresses, index%addresses, func(n *world) {
					n.faults, n.residue, n.faulty, n.orders[index].receiver = n.faults-1, true, true, 0
				})
			}
		case o.sent && o.calls > 0 && o.result == NoResult:
			m.emit(w, "callback", index/addresses, index%addresses, func(n *world) { m.callback(&n.orders[index]) })
		}
	}
}

func (m *machine) callback(o *modelOrder) {
	o.calls--
	if o.ended() || !o.intent {
		o.evidence = o.intent
		return
	}
	if m.scenario.receiver {
		o.receiver = 1
		return
	}
	o.store()
	o.recheck()
}

func (o *modelOrder) store() {
	if o.result == NoResult {
		o.result, o.answered = o.answer, true
	}
	if o.answer == ResultNotFinal {
		o.answer = ResultSuccess
	}
	o.receiver = 2
}

func (o *modelOrder) recheck() {
	if o.ended() || !o.intent {
		o.result = NoResult
		o.evidence = o.intent
	}
	o.receiver = 0
}

// people emits the actions of users: they close, release and sweep orders,
// order a desktop in the portal, and wait.
func (m *machine) people(w *world) {
	s := m.scenario
	if s.outsider && !w.outsider {
		m.emit(w, "an outsider orders", 0, 0, func(n *world) { n.outsider = true })
	}
	if int(w.epoch) < s.epochs {
		m.emit(w, "five minutes pass", 0, 0, func(n *world) { n.epoch++ })
	}
	for index := range w.orders {
		if w.commands > 0 {
			m.command(w, index)
		}
		if s.sweep && w.quiet() {
			m.sweep(w, index)
		}
	}
}

func (m *machine) command(w *world, index int) {
	o := m.viewer.of(m.scenario, w, 0).Order(refOf(index))
	if o == nil || repairable(o) != nil {
		return
	}
	m.emit(w, "orders close", index/addresses, index%addresses, func(n *world) {
		o := &n.orders[index]
		n.commands, n.faulty, n.repaired, o.closed = n.commands-1, true, true, true
		o.write(int(o.length)+1, modelTurn{kind: kindNumber(Closed), by: byCommand})
		if o.result != NoResult {
			o.result, o.evidence = NoResult, true
		}
	})
	m.emit(w, "orders release", index/addresses, index%addresses, func(n *world) {
		o := &n.orders[index]
		n.commands, n.faulty = n.commands-1, true
		o.write(int(o.length)+1, modelTurn{kind: kindNumber(Released), by: byCommand})
	})
}

// sweep deletes the keys that Sweep returns for an order, as if the order were
// old.
func (m *machine) sweep(w *world, index int) {
	v := m.viewer.of(m.scenario, w, 0)
	v.Now = v.Now.Add(2 * SweepAfter)
	keys := Sweep(v, nil)
	turn := TurnKey(refOf(index), 1)
	for _, key := range keys {
		if key == turn {
			m.emit(w, "swept", index/addresses, index%addresses, func(n *world) {
				n.orders[index].clear()
				n.orders[index].length = 0
				n.orders[index].turns = [maxTurns]modelTurn{}
			})
		}
	}
}

// quiet reports whether no run is active: a sweep happens weeks later.
func (w *world) quiet() bool {
	for i := range w.runs {
		if r := &w.runs[i]; r.paused || r.proc == procAlive || r.phase != runWaiting && r.phase != runOver && !r.killed {
			return false
		}
	}
	return true
}
