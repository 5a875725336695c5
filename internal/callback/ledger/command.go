package ledger

import "fmt"

// Release returns the turn that lets the next apply resume an order. desktop is
// the result if no callback contained one.
func Release(o *Order, desktop Desktop) (Turn, error) {
	if err := repairable(o); err != nil {
		return Turn{}, err
	}
	if known, ok := o.Desktop(); ok && desktop.UUID != "" && known.UUID != desktop.UUID {
		return Turn{}, fmt.Errorf("order %s has led to desktop %s, not %s; leave --desktop out", o.Ref, known.UUID, desktop.UUID)
	}
	return Turn{Kind: Released, Username: desktop.Username, UUID: desktop.UUID}, nil
}

// Close returns the turn that ends an order without a desktop.
func Close(o *Order, reason string) (Turn, error) {
	if err := repairable(o); err != nil {
		return Turn{}, err
	}
	return Turn{Kind: Closed, Reason: reason}, nil
}

func repairable(o *Order) error {
	switch {
	case o == nil || o.Intent == nil && len(o.Turns) == 0:
		return fmt.Errorf("the inbox has no such order")
	case o.Has(Confirmed):
		return fmt.Errorf("order %s is confirmed: its desktop is in a saved state", o.Ref)
	case o.Ended():
		return fmt.Errorf("order %s is closed already", o.Ref)
	case o.Void():
		return fmt.Errorf("the service did not take order %s; there is nothing to repair", o.Ref)
	}
	return nil
}

// State returns the state of an order in one or two words, for lists.
func State(v *View, o *Order) string {
	switch {
	case o.Has(Confirmed):
		return "confirmed"
	case o.Ended() || o.Intent == nil:
		return "closed"
	case o.Unsent:
		return "not sent"
	case o.Void():
		return "refused"
	}
	last := o.last()
	switch alive := v.Process(last.Process).State == ProcessAlive; {
	case last.Kind == Delivered:
		return "delivered"
	case last.Kind == Released:
		return "released"
	case o.Result.Kind != NoResult:
		return "result stored"
	case alive:
		return "waiting"
	}
	return "interrupted"
}
