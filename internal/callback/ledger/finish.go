package ledger

// finish handles the phases between the result and its delivery. It reads the
// chain again before each change of the desktop.
func (c *Create) finish(e Event) Step {
	switch c.phase { //nolint:exhaustive // Next calls this in no other phase.
	case phaseStepRead:
		return c.beforeChange(e)
	case phaseDisk:
		if e.Kind != Wrote {
			return c.release(Outcome{Kind: OutcomeError})
		}
		return c.ready()
	case phaseDeliver:
		return c.delivered(e)
	}
	switch e.Kind { //nolint:exhaustive // No other event is possible after StepReady.
	case DeliverAsked:
		c.phase = phaseDeliver
		if e.Desktop.UUID != "" {
			c.desktop = e.Desktop
		}
		return c.turn(Turn{Kind: Delivered, Username: c.desktop.Username, UUID: c.desktop.UUID})
	case CloseAsked:
		return c.close(Outcome{Kind: OutcomeFailed, Message: e.Message}, e.Message)
	case CheckAsked, DiskAsked:
		c.phase, c.gib = phaseStepRead, e.GiB
		return Step{Kind: StepRead}
	}
	return c.release(Outcome{Kind: OutcomeCancelled})
}

func (c *Create) beforeChange(e Event) Step {
	if e.Kind != Viewed {
		return c.release(Outcome{Kind: OutcomeError})
	}
	o := e.View.Order(c.ref)
	if turn, overtaken := c.overtaken(o); overtaken {
		return c.done(Outcome{Kind: OutcomeOvertaken, Ref: c.ref, Turn: turn})
	}
	if c.gib == 0 || c.gib <= o.DiskGiB {
		return c.ready()
	}
	c.phase = phaseDisk
	return Step{Kind: StepWrite, Ref: c.ref, Write: Write{Kind: WriteDisk, GiB: c.gib}}
}

func (c *Create) ready() Step {
	c.phase, c.gib = phaseReady, 0
	return Step{Kind: StepReady, Ref: c.ref, Desktop: c.desktop}
}

func (c *Create) delivered(e Event) Step {
	switch e.Kind { //nolint:exhaustive // A write has no other outcome.
	case Wrote:
		c.seen++
		return c.done(Outcome{Kind: OutcomeDelivered, Ref: c.ref})
	case Taken:
		return c.done(Outcome{Kind: OutcomeOvertaken, Ref: c.ref, Open: true})
	}
	return c.fail()
}
