package ledger

import "hash/maphash"

type fingerprint [2]uint64

var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// fingerprint returns a hash that is equal for worlds with the same behaviour.
// With 128 bits, a collision among some millions of worlds is practically
// impossible.
func (w *world) fingerprint(buffer []byte) (fingerprint, []byte) {
	b := buffer[:0]
	for i := range w.orders {
		b = w.orders[i].encode(b)
	}
	for i := range w.runs {
		b = w.runs[i].encode(b)
	}
	for _, e := range w.saved {
		b = append(b, e.uuid, e.ref)
	}
	b = append(b, w.terms, w.epoch, w.faults, w.sleeps, w.commands,
		bits(w.outsider, w.faulty, w.repaired, w.residue, w.readOnly))
	b = append(b, w.owner[:]...)
	return fingerprint{maphash.Bytes(seeds[0], b), maphash.Bytes(seeds[1], b)}, b
}

func bits(flags ...bool) uint8 {
	var b uint8
	for i, flag := range flags {
		if flag {
			b |= 1 << i
		}
	}
	return b
}

func (o *modelOrder) encode(b []byte) []byte {
	b = append(b,
		bits(o.intent, o.accepted, o.refused, o.unsent, o.evidence, o.sent, o.made, o.answered),
		bits(o.closed), o.grown, o.length, uint8(o.result), o.calls, uint8(o.answer), o.receiver)
	for _, t := range o.turns[:o.length] {
		b = append(b, t.kind, t.by, t.uuid, t.candidates, t.at)
	}
	return b
}

func (r *modelRun) encode(b []byte) []byte {
	b = append(b, uint8(r.phase), uint8(r.proc), bits(r.killed, r.paused, r.cancelled),
		r.startTerm, r.term, r.pending, r.confirm, r.remove, r.confirmed)
	for _, e := range r.memory {
		b = append(b, e.uuid, e.ref)
	}
	for i := range r.creates {
		b = r.creates[i].encode(b)
	}
	return b
}

func (c *modelCreate) encode(b []byte) []byte {
	return append(b, uint8(c.state), uint8(c.phase), c.ref, c.seen, c.gib, c.desktop, bits(c.claimed, c.again),
		c.outcome, c.candidates, c.step, c.write, c.n, c.writeGiB, c.turns, c.stepRef)
}
