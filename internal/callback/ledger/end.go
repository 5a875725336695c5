package ledger

import "time"

// secondLookAfter is the minimum time between the two looks that lost_orders =
// "reorder" requires.
const secondLookAfter = 5 * time.Minute

// lost looks for the desktop of an order whose callback did not come.
func (c *Create) lost(e Event) Step {
	switch {
	case c.phase == phaseSearch && e.Kind == Searched:
		c.phase = phaseLooked
		c.outcome.Candidates = e.Candidates
		return c.turn(Turn{Kind: Looked, Candidates: e.Candidates})
	case c.phase == phaseSearch:
		return c.release(Outcome{Kind: OutcomeNoCallback, Candidates: -1})
	case c.phase == phaseLooked && e.Kind == Wrote:
		c.seen++
		c.phase = phaseAfterLook
		return Step{Kind: StepRead}
	case c.phase == phaseLooked && e.Kind == Taken:
		c.phase = phaseWait
		return Step{Kind: StepRead}
	case c.phase == phaseLooked || e.Kind != Viewed:
		return c.release(Outcome{Kind: OutcomeNoCallback, Candidates: c.outcome.Candidates})
	}
	// A result that arrived in the meantime takes precedence.
	if next := c.weigh(e.View); c.phase != phaseWait {
		return next
	}
	outcome := Outcome{Kind: OutcomeNoCallback, Candidates: c.outcome.Candidates}
	if c.Reorder && mayReorder(e.View.Order(c.ref), c.Self.Process) {
		c.again = true
		return c.close(outcome, "no callback came, and two looks found no candidate")
	}
	return c.release(outcome)
}

// mayReorder reports whether the last two looks found no candidate, and the
// second was in another apply, at least secondLookAfter after the first.
func mayReorder(o *Order, process string) bool {
	var looks []Turn
	for _, turn := range o.Turns {
		if turn.Kind == Looked {
			looks = append(looks, turn)
		}
	}
	if len(looks) < 2 || looks[len(looks)-1].Candidates != 0 {
		return false
	}
	newest := looks[len(looks)-1]
	for _, look := range looks[:len(looks)-1] {
		if look.Candidates == 0 && look.Process != process && newest.Written.Sub(look.Written) >= secondLookAfter {
			return true
		}
	}
	return false
}

func (c *Create) release(outcome Outcome) Step {
	outcome.Ref, outcome.Open = c.ref, true
	c.phase, c.outcome = phaseRelease, outcome
	return c.turn(Turn{Kind: Released})
}

func (c *Create) close(outcome Outcome, reason string) Step {
	outcome.Ref = c.ref
	c.phase, c.outcome = phaseClose, outcome
	return c.turn(Turn{Kind: Closed, Reason: reason})
}

// end writes the last turn of this Create. After closing it reads the result
// once more, because a callback may have come at the last moment.
func (c *Create) end(e Event) Step {
	switch {
	case c.phase == phaseRelease:
		return c.done(c.outcome)
	case c.phase == phaseClose && e.Kind == Wrote:
		c.seen++
		c.phase = phaseCloseRead
		return Step{Kind: StepRead}
	case c.phase == phaseClose && e.Kind == Taken:
		c.phase, c.again = phaseWait, false
		return Step{Kind: StepRead}
	case c.phase == phaseCloseRead && e.Kind == Viewed && c.hasResult(e.View):
		c.phase = phaseRedact
		return Step{Kind: StepRedact, Ref: c.ref}
	case c.phase != phaseClose && c.again:
		c.phase = phaseLook
		return Step{Kind: StepRead}
	}
	c.outcome.Open = c.phase == phaseClose
	return c.done(c.outcome)
}

func (c *Create) hasResult(v *View) bool {
	o := v.Order(c.ref)
	return o != nil && o.ResultKey != ""
}
