package ledger

import (
	"cmp"
	"slices"
)

// Want is what a Create asks for.
type Want struct {
	Kind

	// DiskGiB is the size that the disk will be grown to, 0 if it is left alone.
	DiskGiB int64
}

// StopReason says why a Create goes no further.
type StopReason int

// The reasons to stop.
const (
	StopNewerApply  StopReason = iota // Another apply has run in between.
	StopUnconfirmed                   // An order of this kind may or may not be in a saved state.
	StopSealed                        // A callback cannot be opened.
	StopHeld                          // A living process holds an order of this kind.
)

// Stop is a decision not to go on. It becomes an error that names the order,
// the process and the command.
type Stop struct {
	Reason StopReason
	Ref    string
	Holder Process
	// Recipient is the public key of the missing identity, with StopSealed.
	Recipient string
}

// LookResult is what a look leads to; exactly one field is set, none if the
// Create may place an order of its own.
type LookResult struct {
	Claim *Order
	Wait  *Stop
	Stop  *Stop
}

// Look decides what a Create does about the orders that exist. It never orders
// past one that may still become, or already is, what it asks for.
func Look(v *View, want Want, self Self) LookResult {
	if other, newer := v.superseded(self); newer {
		return LookResult{Stop: &Stop{Reason: StopNewerApply, Holder: other}}
	}
	var found LookResult
	var sealed *Stop
	for i := range v.Orders {
		o := &v.Orders[i]
		if v.outdated(o, want, self) {
			return LookResult{Stop: &Stop{Reason: StopNewerApply, Ref: o.Ref}}
		}
		if o.Intent == nil || o.Intent.Scope != self.Scope || o.Intent.Kind != want.Kind {
			continue
		}
		switch standing := v.standing(o, self); {
		case standing == free && (o.Sealed || o.Result.Kind == ResultSealed):
			sealed = &Stop{Reason: StopSealed, Ref: o.Ref, Recipient: o.sealedTo()}
		case standing == free && (found.Claim == nil || prefer(o, found.Claim, want) < 0):
			found.Claim = o
		case standing == held:
			found.Wait = &Stop{Reason: StopHeld, Ref: o.Ref, Holder: v.Process(o.last().Process)}
		case standing == unconfirmed:
			found.Stop = &Stop{Reason: StopUnconfirmed, Ref: o.Ref, Holder: v.Process(o.last().Process)}
		}
	}
	found.Stop = cmp.Or(sealed, found.Stop)
	switch {
	case found.Claim != nil:
		return LookResult{Claim: found.Claim}
	case found.Stop != nil:
		return LookResult{Stop: found.Stop}
	}
	return found
}

// prefer is negative if a is the better order to claim: a disk that is already
// larger than wanted cannot shrink, so a fitting one comes first, and of those
// the one that grew most, which fits the fewest others.
func prefer(a, b *Order, want Want) int {
	return cmp.Or(
		first(a.DiskGiB <= want.DiskGiB, b.DiskGiB <= want.DiskGiB),
		first(a.Result.Kind != NoResult, b.Result.Kind != NoResult),
		first(!a.Has(Delivered), !b.Has(Delivered)),
		-cmp.Compare(a.DiskGiB, b.DiskGiB),
		a.Created.Compare(b.Created),
		cmp.Compare(a.Ref, b.Ref),
	)
}

// first orders what holds before what does not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// MaySend is the second look, between intent and POST: no other Terraform has a
// higher term, and nobody has acted on the order. Without it an apply that was
// paused after its first look would order a second time.
func MaySend(v *View, self Self, ref string) *Stop {
	o := v.Order(ref)
	if other, newer := v.superseded(self); newer {
		return &Stop{Reason: StopNewerApply, Ref: ref, Holder: other}
	}
	if o == nil || o.Intent == nil || len(o.Turns) > 0 || o.Unsent {
		return &Stop{Reason: StopNewerApply, Ref: ref}
	}
	return nil
}

// OtherScopes counts the open orders of this kind that belong to another scope:
// a scope that changed by accident is not silent.
func OtherScopes(v *View, want Want, scope string) int {
	n := 0
	for i := range v.Orders {
		o := &v.Orders[i]
		if o.Open() && o.Intent.Kind == want.Kind && o.Intent.Scope != scope {
			n++
		}
	}
	return n
}

func sortOrders(orders []Order) {
	slices.SortFunc(orders, func(a, b Order) int { return cmp.Compare(a.Ref, b.Ref) })
}
