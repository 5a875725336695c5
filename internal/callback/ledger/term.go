package ledger

import "time"

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
// this process started, which was age ago: its plan may be out of date.
func NextTerm(v *View, self Self, age time.Duration) (int, *Stop) {
	next := 1
	for _, term := range v.Terms {
		next = max(next, term.N+1)
		if term.Terraform != self.Terraform && v.Now.Sub(term.Taken) <= age+doubt(v.Now)+doubt(term.Taken) {
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
