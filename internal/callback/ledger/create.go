package ledger

import "slices"

// phase is the current phase of a Create.
type phase uint8

const (
	phaseLook phase = iota
	phaseClaim
	phasePrepare
	phaseIntent
	phaseCheck
	phaseSend
	phaseUnsent
	phaseAnswer
	phaseWait
	phaseReject
	phaseSearch
	phaseLooked
	phaseAfterLook
	phaseRelease
	phaseClose
	phaseCloseRead
	phaseRedact
	phaseReady
	phaseStepRead
	phaseDisk
	phaseDeliver
)

// Create is the state machine of one Create, from its first look to the
// delivery of the desktop. It has no effects: Next takes the outcome of the
// last step and returns the next one.
type Create struct {
	Self Self
	Want Want
	// Reorder is lost_orders = "reorder".
	Reorder bool

	phase phase
	ref   string
	// seen is the number of turns of the order that this Create has read or
	// written.
	seen    int
	claimed bool
	desktop Desktop
	// gib is the size that the disk is about to be grown to, 0 if another step
	// is next.
	gib int64
	// outcome is returned when the phase ends.
	outcome Outcome
	// again reports whether a new look follows when the phase ends.
	again bool
}

// Ref returns the reference of the order that the Create holds, empty if none.
func (c *Create) Ref() string { return c.ref }

// Claimed reports whether another Create placed the order and this one resumes
// it.
func (c *Create) Claimed() bool { return c.claimed }

// cancellable reports whether the Create has sent no order and holds none.
func (c *Create) cancellable() bool { return c.phase == phaseLook || c.phase == phaseCheck }

// Next returns the next step.
func (c *Create) Next(e Event) Step {
	switch c.phase {
	case phaseLook:
		return c.look(e)
	case phaseClaim:
		return c.afterClaim(e)
	case phasePrepare, phaseIntent, phaseCheck, phaseSend, phaseUnsent, phaseAnswer:
		return c.place(e)
	case phaseWait, phaseReject:
		return c.wait(e)
	case phaseSearch, phaseLooked, phaseAfterLook:
		return c.lost(e)
	case phaseRelease, phaseClose, phaseCloseRead, phaseRedact:
		return c.end(e)
	case phaseReady, phaseStepRead, phaseDisk, phaseDeliver:
		return c.finish(e)
	}
	return c.fail()
}

func (c *Create) look(e Event) Step {
	switch e.Kind { //nolint:exhaustive // The first event is any other.
	case Expired, Cancelled:
		if c.outcome.Kind == OutcomeNone {
			c.outcome = Outcome{Kind: OutcomeCancelled}
		}
		return c.done(c.outcome)
	case Failed:
		return c.fail()
	case Viewed:
	default:
		return Step{Kind: StepRead}
	}
	c.ref, c.seen, c.claimed, c.again, c.outcome = "", 0, false, false, Outcome{}
	switch found := Look(e.View, c.Want, c.Self); {
	case found.Claim != nil:
		c.phase, c.ref, c.seen = phaseClaim, found.Claim.Ref, len(found.Claim.Turns)
		return c.turn(Turn{Kind: Claimed})
	case found.Stop != nil:
		return c.done(Outcome{Kind: OutcomeStopped, Ref: found.Stop.Ref, Stop: found.Stop})
	case found.Wait != nil:
		c.outcome = Outcome{Kind: OutcomeStopped, Ref: found.Wait.Ref, Stop: found.Wait}
		return Step{Kind: StepWatchHeld, Ref: found.Wait.Ref}
	}
	c.phase = phasePrepare
	return Step{Kind: StepPrepare}
}

func (c *Create) afterClaim(e Event) Step {
	switch e.Kind { //nolint:exhaustive // A write has no other outcome.
	case Wrote:
		c.seen++
		c.claimed = true
		c.phase = phaseWait
		return Step{Kind: StepRead}
	case Taken:
		c.phase = phaseLook
		return Step{Kind: StepRead}
	}
	return c.fail()
}

// wait watches the result, the answer and the chain of the order.
func (c *Create) wait(e Event) Step {
	switch e.Kind { //nolint:exhaustive // No other event belongs to this phase.
	case Viewed:
		return c.weigh(e.View)
	case Expired:
		c.phase = phaseSearch
		return Step{Kind: StepSearch, Ref: c.ref}
	case Cancelled:
		return c.release(Outcome{Kind: OutcomeCancelled})
	}
	// A failed List is repeated, because the order may still be carried out.
	c.phase = phaseWait
	return Step{Kind: StepWatch, Ref: c.ref}
}

// weigh decides what follows from a view for the order that the Create holds.
func (c *Create) weigh(v *View) Step {
	o := v.Order(c.ref)
	if turn, overtaken := c.overtaken(o); overtaken {
		return c.done(Outcome{Kind: OutcomeOvertaken, Ref: c.ref, Turn: turn})
	}
	switch desktop, known := o.Desktop(); {
	case o.Result.Kind == ResultNotFinal || o.Result.Kind == ResultSuccess && v.taken(o):
		c.phase = phaseReject
		return Step{Kind: StepReject, Ref: c.ref}
	case o.Result.Kind == ResultSealed:
		return c.release(Outcome{Kind: OutcomeStopped, Stop: &Stop{Reason: StopSealed, Ref: c.ref, Recipient: o.sealedTo()}})
	case o.Result.Kind == ResultFailure:
		c.again = c.claimed
		return c.close(Outcome{Kind: OutcomeFailed, Message: o.Result.Message}, "the service reported a failure")
	case known:
		c.phase, c.desktop = phaseReady, desktop
		return Step{Kind: StepReady, Ref: c.ref, Desktop: desktop}
	case o.Unsent:
		c.phase = phaseLook
		return Step{Kind: StepRead}
	case o.Refused:
		return c.done(Outcome{Kind: OutcomeRefused, Ref: c.ref, Message: o.RefusedMessage})
	}
	c.phase = phaseWait
	return Step{Kind: StepWatch, Ref: c.ref}
}

// overtaken returns the first turn that another Create or a command wrote after
// the last turn of this Create.
func (c *Create) overtaken(o *Order) (Turn, bool) {
	if o == nil || o.Intent == nil {
		return Turn{Kind: Closed}, true
	}
	if len(o.Turns) <= c.seen {
		return Turn{}, false
	}
	return o.Turns[c.seen], true
}

// taken reports whether another order delivered the desktop in the result: a
// desktop is the result of only one order.
func (v *View) taken(o *Order) bool {
	for i := range v.Orders {
		other := &v.Orders[i]
		if other.Ref != o.Ref && slices.ContainsFunc(other.Turns, func(t Turn) bool { return t.UUID == o.Result.UUID }) {
			return true
		}
	}
	return false
}

// turn returns the step that writes the next turn of the chain.
func (c *Create) turn(turn Turn) Step {
	turn.Process, turn.Nonce = c.Self.Process, c.Self.Nonce
	return Step{Kind: StepWrite, Ref: c.ref, Write: Write{Kind: WriteTurn, N: c.seen + 1, Turn: turn}}
}

func (c *Create) done(outcome Outcome) Step {
	return Step{Kind: StepReturn, Ref: c.ref, Outcome: outcome}
}

func (c *Create) fail() Step {
	return c.done(Outcome{Kind: OutcomeError, Ref: c.ref, Open: c.ref != ""})
}
