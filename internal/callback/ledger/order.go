package ledger

import "slices"

// Ended reports whether the order is confirmed or closed.
func (o *Order) Ended() bool {
	return slices.ContainsFunc(o.Turns, func(t Turn) bool { return t.Kind == Confirmed || t.Kind == Closed })
}

// Has reports whether the chain contains a turn of this kind.
func (o *Order) Has(kind TurnKind) bool {
	return slices.ContainsFunc(o.Turns, func(t Turn) bool { return t.Kind == kind })
}

// Void reports whether the order can lead to no desktop: it was not sent or was
// refused, and no callback reports success.
func (o *Order) Void() bool {
	return o.Unsent || o.Refused && o.Result.Kind != ResultSuccess && !o.Has(Delivered)
}

// sealedTo returns the recipient to which the callback of the order is sealed.
// A relay may seal to another recipient than that of the intent.
func (o *Order) sealedTo() string {
	if o.Result.Recipient != "" {
		return o.Result.Recipient
	}
	return o.Intent.Recipient
}

// Open reports whether the order may still lead to a desktop that no saved
// state is known to contain.
func (o *Order) Open() bool { return o.Intent != nil && !o.Ended() && !o.Void() }

// last returns the newest turn that determines who acts next; the intent counts
// as the first turn. A looked turn does not count, because its writer
// continues.
func (o *Order) last() Turn {
	for _, turn := range slices.Backward(o.Turns) {
		if turn.Kind != Looked {
			return turn
		}
	}
	return Turn{Kind: Claimed, Process: o.Intent.Process, Nonce: o.Intent.Nonce}
}

// Desktop returns the desktop that the order has led to, from its callback or
// from the newest turn that contains one.
func (o *Order) Desktop() (Desktop, bool) {
	if o.Result.Kind == ResultSuccess {
		return Desktop{o.Result.Username, o.Result.UUID}, true
	}
	for _, turn := range slices.Backward(o.Turns) {
		if turn.UUID != "" {
			return Desktop{turn.Username, turn.UUID}, true
		}
	}
	return Desktop{}, false
}

// standing is what a Create may do with an order.
type standing int

const (
	passedOver  standing = iota // Ended, void, or of the same Terraform.
	free                        // It can be claimed.
	held                        // A living process holds it or has just delivered it.
	unconfirmed                 // Delivered by a process that ended; whether a saved state contains it is unknown.
)

func (v *View) standing(o *Order, self Self) standing {
	if !o.Open() {
		return passedOver
	}
	last := o.last()
	if last.Kind == Released {
		return free
	}
	holder := v.Process(last.Process)
	own := holder.ID == self.Process
	if own || holder.Terraform == self.Terraform && holder.State != ProcessDied && holder.Terraform != "" {
		return passedOver
	}
	delivered := last.Kind == Delivered
	switch {
	case o.Refused && !o.Has(Claimed) && !delivered:
		return free // A refused order with a success callback: its Create has returned.
	case holder.State == ProcessAlive:
		return held
	case delivered && holder.State == ProcessEnded:
		return unconfirmed
	}
	return free
}
