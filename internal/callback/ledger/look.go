package ledger

import (
	"cmp"
	"slices"
)

// Want describes the desktop that a Create orders.
type Want struct {
	Kind

	// DiskGiB is the size to which the disk will be grown, or 0 if it is not
	// changed.
	DiskGiB int64
}

// StopReason is the reason why a Create stops.
type StopReason int

// The reasons to stop.
const (
	StopNewerApply  StopReason = iota // Another apply has run since this process started.
	StopUnconfirmed                   // An order of this kind may or may not be in a saved state.
	StopSealed                        // A callback cannot be opened.
	StopHeld                          // A living process holds an order of this kind.
)

// Stop is a decision to stop a Create. Its error contains the order, the
// process and the command that resolves it.
type Stop struct {
	Reason StopReason
	Ref    string
	Holder Process
	// Recipient is the public key of the missing identity, with StopSealed.
	Recipient string
}

// LookResult is the result of a look. At most one field is set; none is set if
// the Create may place its own order.
type LookResult struct {
	Claim *Order
	Wait  *Stop
	Stop  *Stop
}

// Look decides what a Create does about existing orders. While an order exists
// that may lead, or has led, to the desktop that it wants, Look does not let
// the Create place another one.
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

// prefer compares two orders and is negative if a is the better one to claim. A
// disk that is larger than wanted cannot shrink, so an order whose disk fits is
// better. Of two that fit, the larger disk is better, because it fits fewer
// other desktops.
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

// first is negative if a is true and b is false, and positive in the opposite
// case.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// MaySend is the second look, between intent and POST. It returns nil if no
// other Terraform has a higher term and no turn of the order exists. Without
// it, an apply that was paused after its first look could place a second order.
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

// OtherScopes counts the open orders of this kind that belong to another scope.
// The provider warns about them, because the scope may have been changed by
// accident.
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
