package ledger

// unpack returns the Create of an address and its next step.
func (m *machine) unpack(w *world, run, address int) (Create, Step) {
	p := &w.runs[run].creates[address]
	process, own := m.viewer.procs[run], orderIndex(run, address)
	c := Create{
		Self:    Self{Scope: "s", Process: process, Terraform: process, Term: int(w.runs[run].term), Nonce: m.viewer.nonces[own]},
		Want:    Want{Kind: walkKind, DiskGiB: m.scenario.disk(address)},
		Reorder: m.scenario.reorder,
		phase:   p.phase, ref: m.viewer.ref(p.ref), seen: int(p.seen), claimed: p.claimed, again: p.again, gib: int64(p.gib),
		desktop: Desktop{UUID: m.viewer.uuids[p.desktop]},
		outcome: Outcome{Kind: OutcomeKind(p.outcome), Candidates: int(p.candidates)},
	}
	return c, Step{Kind: StepKind(p.step), Ref: m.viewer.ref(p.stepRef), Write: Write{
		Kind: WriteKind(p.write), N: int(p.n), GiB: int64(p.writeGiB), Turn: Turn{Kind: turnKinds[p.turns], UUID: c.desktop.UUID, Candidates: c.outcome.Candidates},
	}}
}

// pack stores the Create of an address and its next step.
func (w *world) pack(run, address int, c *Create, step *Step) {
	p := &w.runs[run].creates[address]
	*p = modelCreate{
		state: p.state, phase: c.phase, ref: refNumber(c.ref), seen: uint8(c.seen), gib: uint8(c.gib),
		desktop: uuidNumber(c.desktop.UUID), claimed: c.claimed, again: c.again,
		outcome: uint8(c.outcome.Kind), candidates: uint8(c.outcome.Candidates),
		step: uint8(step.Kind), write: uint8(step.Write.Kind), n: uint8(step.Write.N), writeGiB: uint8(step.Write.GiB),
		turns: kindNumber(step.Write.Turn.Kind), stepRef: refNumber(step.Ref),
	}
}

func refNumber(ref string) uint8 {
	if ref == "" {
		return 0
	}
	return uint8(indexOf(ref)) + 1
}

// ref returns the reference of an order, without allocating.
func (x *viewer) ref(n uint8) string {
	if n == 0 {
		return ""
	}
	return x.refs[n-1]
}
