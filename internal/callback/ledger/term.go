package ledger

import (
	"slices"
	"time"
)

// Self identifies the process and the Create that decide.
type Self struct {
	Scope     string
	Process   string
	Terraform string
	// Term is the term of the process, or 0 if it has none yet.
	Term int
	// Nonce is unique for this Create.
	Nonce string
}

// NextTerm returns the term to take, or a stop if another apply has run since
// this process started: its plan may be out of date.
func NextTerm(v *View, self Self) (int, *Stop) {
	next := 1
	for _, term := range v.Terms {
		next = max(next, term.N+1)
		if term.Terraform != self.Terraform && v.Now.Sub(term.Taken) <= v.Age+timeError(v.Now)+timeError(term.Taken) {
			return 0, &Stop{Reason: StopNewerApply, Holder: v.Process(term.Process)}
		}
	}
	return next, nil
}

// timeError returns the possible error of a time of the store: some stores report
// whole seconds.
func timeError(t time.Time) time.Duration {
	if t.Nanosecond() == 0 {
		return time.Second
	}
	return 0
}

// superseded returns the process with a higher term that another Terraform
// started, if there is one.
func (v *View) superseded(self Self) (Process, bool) {
	for _, term := range v.Terms {
		if term.N > self.Term && term.Terraform != self.Terraform {
			return v.Process(term.Process), true
		}
	}
	return Process{}, false
}

// outdated reports whether another Terraform confirmed an order of this kind
// after this process started, which means that a state lock was forced. The
// plan of this apply is then older than that state, so it may create a desktop
// that already exists. The rounding of times to seconds is ignored here,
// because a plan may confirm an order just before its apply starts.
func (v *View) outdated(o *Order, want Want, self Self) bool {
	return slices.ContainsFunc(o.Turns, func(t Turn) bool {
		return t.Kind == Confirmed && t.Order != nil && *t.Order == want.Kind && t.Scope == self.Scope &&
			t.Terraform != self.Terraform && v.Now.Sub(t.Written) < v.Age
	})
}
