package ledger

import (
	"slices"
	"time"
)

// SweepAfter is how long ended orders stay in the inbox, without passwords.
const SweepAfter = 30 * 24 * time.Hour

// Item is a key that belongs to no order, as the input of Sweep.
type Item struct {
	Key      string
	Modified time.Time
	// Process is set for the record of a process. Scope (a hash) and Term are
	// set for a term or a baseline.
	Process string
	Scope   string
	Term    int
}

// Sweep returns the keys to delete, in the order of deletion: the turns of an
// ended order are last. It never returns keys of an open order, items that an
// open order needs, or the highest term of a scope.
func Sweep(v *View, items []Item) []string {
	var keys []string
	for i := range v.Orders {
		if o := &v.Orders[i]; !o.Open() && v.old(o.lastWritten()) {
			keys = append(keys, o.OtherKeys...)
			for n := range o.Turns {
				keys = append(keys, TurnKey(o.Ref, n+1))
			}
		}
	}
	for _, item := range items {
		if v.old(item.Modified) && !v.needed(item, items) {
			keys = append(keys, item.Key)
		}
	}
	return keys
}

func (v *View) old(t time.Time) bool { return v.Now.Sub(t) > SweepAfter }

func (o *Order) lastWritten() time.Time {
	last := o.Created
	for _, turn := range o.Turns {
		if turn.Written.After(last) {
			last = turn.Written
		}
	}
	return last
}

func (v *View) needed(item Item, items []Item) bool {
	if item.Process != "" && v.Process(item.Process).State == ProcessAlive {
		return true
	}
	isTerm := item.Scope != "" && item.Key[:len(TermPrefix)] == TermPrefix
	if isTerm && !slices.ContainsFunc(items, func(other Item) bool {
		return other.Scope == item.Scope && other.Term > item.Term && other.Key[:len(TermPrefix)] == TermPrefix
	}) {
		return true
	}
	return slices.ContainsFunc(v.Orders, func(o Order) bool { return o.Open() && o.needs(item) })
}

// needs reports whether the item is needed to decide what happens to an open
// order.
func (o *Order) needs(item Item) bool {
	switch {
	case item.Process != "":
		return item.Process == o.Intent.Process ||
			slices.ContainsFunc(o.Turns, func(t Turn) bool { return t.Process == item.Process })
	case item.Scope != "":
		return item.Scope == scopeOfRef(o.Ref) && item.Term == o.Intent.Term
	}
	return false
}
