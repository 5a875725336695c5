package ledger

import "fmt"

// check returns the rule that a world violates, or nil.
func (m *machine) check(w *world) error {
	made, wanted := 0, 0
	for _, want := range m.scenario.wanted() {
		if want {
			wanted++
		}
	}
	for i := range w.orders {
		o := &w.orders[i]
		if o.made {
			made++
		}
		if err := m.checkOrder(w, i, o); err != nil {
			return err
		}
	}
	if made > wanted && !w.repaired {
		return fmt.Errorf("I1: %d desktops were made for %d addresses", made, wanted)
	}
	if uuid := w.saved[0].uuid; uuid != 0 && uuid == w.saved[1].uuid && !w.faulty && !w.readOnly {
		return fmt.Errorf("I3: two addresses have desktop %d without any fault", uuid)
	}
	return nil
}

func (m *machine) checkOrder(w *world, i int, o *modelOrder) error {
	if o.made && !o.closed && !w.known(i, o) {
		return fmt.Errorf("I2: the desktop of order %d is neither in a state nor in the inbox", i)
	}
	ended := o.ended() || o.has(Delivered)
	if o.answered && o.answer == ResultSuccess && !ended && o.intent && o.result == NoResult && !o.evidence {
		return fmt.Errorf("I4: the result of order %d was answered with 200 and is not in the inbox", i)
	}
	if o.result == ResultSuccess && (o.ended() || !o.intent) && !w.residue && o.receiver == 0 && !w.removing(i) {
		return fmt.Errorf("I5: the password of order %d can be read after it ended", i)
	}
	return nil
}

// known reports whether a desktop is in a state or in the inbox.
func (w *world) known(i int, o *modelOrder) bool {
	uuid := uint8(i) + 1
	for _, entry := range w.saved {
		if entry.uuid == uuid {
			return true
		}
	}
	if o.intent {
		return true
	}
	for _, t := range o.turns[:o.length] {
		if t.uuid == uuid {
			return true
		}
	}
	return false
}

// removing reports whether a process is about to remove the result of an order.
func (w *world) removing(i int) bool {
	for run := range w.runs {
		r := &w.runs[run]
		if (r.remove|r.confirm)&(1<<i) != 0 {
			return true
		}
		for _, create := range r.creates {
			if int(create.ref) == i+1 && (create.phase == phaseCloseRead || create.phase == phaseRedact) {
				return true
			}
		}
	}
	return false
}
