package ledger

import (
	"slices"
	"time"
)

// Remaining returns how long the holder of an order waits for its callback:
// until the deadline of the order, but at least one minute, or timeout if that
// is shorter.
func Remaining(v *View, o *Order, timeout time.Duration) time.Duration {
	left := o.Intent.Timeout - v.Now.Sub(o.Created)
	return max(left, min(time.Minute, timeout))
}

// OldestBaseline returns the scope and term of the oldest baseline of the open
// orders for the same service and group, in all scopes. A newer baseline may
// contain the desktop of an older order.
func OldestBaseline(v *View, kind Kind) (scope string, term int, found bool) {
	var oldest *Order
	for i := range v.Orders {
		o := &v.Orders[i]
		if !o.Open() || o.Intent.Service != kind.Service || o.Intent.Name() != kind.Name() {
			continue
		}
		if oldest == nil || o.Created.Before(oldest.Created) {
			oldest = o
		}
	}
	if oldest == nil {
		return "", 0, false
	}
	return oldest.Intent.Scope, oldest.Intent.Term, true
}

// Candidates returns the desktops that an order without a callback may have led
// to. They are only reported, never assigned to the order, because the list
// does not show who ordered them.
func Candidates(v *View, ref string, before, now []Desktop) []Desktop {
	return slices.DeleteFunc(slices.Clone(now), func(d Desktop) bool {
		if slices.ContainsFunc(before, func(old Desktop) bool { return old.UUID == d.UUID }) {
			return true
		}
		return v.belongsToOther(ref, d.UUID)
	})
}

// belongsToOther reports whether a turn or the callback of another order
// contains the desktop.
func (v *View) belongsToOther(ref, uuid string) bool {
	for i := range v.Orders {
		o := &v.Orders[i]
		if o.Ref == ref {
			continue
		}
		if o.Result.Kind == ResultSuccess && o.Result.UUID == uuid {
			return true
		}
		if slices.ContainsFunc(o.Turns, func(t Turn) bool { return t.UUID == uuid }) {
			return true
		}
	}
	return false
}
