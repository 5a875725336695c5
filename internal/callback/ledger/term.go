package ledger

import (
	"slices"
	"time"
)

// Self is the process and the Create that decide.
type Self struct {
	Scope     string
	Process   string
	Terraform string
	// Term is what the process took, 0 before.
	Term int
	// Nonce is of this one Create.
	Nonce string
}

// NextTerm returns the term to take, or a stop if another apply has run since
// this process started: its plan may be out of date.
func NextTerm(v *View, self Self) (int, *Stop) {
	next := 1
	for _, term := range v.Terms {
		next = max(next, term.N+1)
		if term.Terraform != self.Terraform && v.Now.Sub(term.Taken) <= v.Age+doubt(v.Now)+doubt(term.Taken) {
			return 0, &Stop{Reason: StopNewerApply, Holder: v.Process(term.Process)}
		}
	}
	return next, nil
}

// doubt is how far a time of the store may be off: some report whole seconds.
func doubt(t time.Time) time.Duration {
	if t.Nanosecond() == 0 {
		return time.Second
	}
	return 0
}

// superseded returns the process of another Terraform that has a higher term.
func (v *View) superseded(self Self) (Process, bool) {
	for _, term := range v.Terms {
		if term.N > self.Term && term.Terraform != self.Terraform {
			return v.Process(term.Process), true
		}
	}
	return Process{}, false
}

// outdated reports whether another Terraform saw an order of this kind in a saved
// state after this process started. The plan at hand does not know that state, so
// it may want a desktop that exists: a lock was forced. Whole seconds raise no
// doubt here, because a plan may confirm an order just before the apply starts.
func (v *View) outdated(o *Order, want Want, self Self) bool {
	return slices.ContainsFunc(o.Turns, func(t Turn) bool {
		return t.Kind == Confirmed && t.Order != nil && *t.Order == want.Kind && t.Scope == self.Scope &&
			t.Terraform != self.Terraform && v.Now.Sub(t.Written) < v.Age
	})
}
