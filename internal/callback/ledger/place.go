package ledger

// place writes the intent, looks a second time, and sends the order.
func (c *Create) place(e Event) Step {
	switch c.phase { //nolint:exhaustive // Next calls this in no other phase.
	case phasePrepare:
		return c.prepared(e)
	case phaseIntent:
		if e.Kind != Wrote {
			// The intent may have been written, but nothing was sent.
			return c.unsent(Outcome{Kind: OutcomeError})
		}
		c.phase = phaseCheck
		return Step{Kind: StepRead}
	case phaseCheck:
		return c.secondLook(e)
	case phaseSend:
		return c.answered(e)
	case phaseAnswer:
		if c.outcome.Kind != OutcomeNone {
			return c.done(c.outcome)
		}
		c.phase = phaseWait
		return Step{Kind: StepRead}
	}
	return c.done(c.outcome)
}

func (c *Create) prepared(e Event) Step {
	if e.Kind == Cancelled || e.Kind == Expired {
		return c.done(Outcome{Kind: OutcomeCancelled})
	}
	if e.Kind != Prepared {
		return c.fail()
	}
	c.phase, c.ref = phaseIntent, e.Ref
	return Step{Kind: StepWrite, Ref: c.ref, Write: Write{Kind: WriteIntent}}
}

func (c *Create) secondLook(e Event) Step {
	if e.Kind == Cancelled || e.Kind == Expired {
		return c.unsent(Outcome{Kind: OutcomeCancelled})
	}
	if e.Kind != Viewed {
		return c.unsent(Outcome{Kind: OutcomeError})
	}
	if stop := MaySend(e.View, c.Self, c.ref); stop != nil {
		return c.unsent(Outcome{Kind: OutcomeStopped, Stop: stop})
	}
	c.phase = phaseSend
	return Step{Kind: StepSend, Ref: c.ref}
}

func (c *Create) answered(e Event) Step {
	write := Write{Kind: WriteAccepted}
	switch {
	case e.Kind == Cancelled || e.Kind == Expired:
		return c.unsent(Outcome{Kind: OutcomeCancelled})
	case e.Answer == AnswerUnsent:
		return c.unsent(Outcome{Kind: OutcomeUnsent})
	case e.Answer == AnswerRefused:
		c.outcome = Outcome{Kind: OutcomeRefused, Ref: c.ref, Message: e.Message}
		write = Write{Kind: WriteRefused, Message: e.Message}
	case e.Answer == AnswerUnknown:
		c.phase = phaseWait
		return Step{Kind: StepRead}
	}
	c.phase = phaseAnswer
	return Step{Kind: StepWrite, Ref: c.ref, Write: write}
}

// unsent records that the order was certainly never sent.
func (c *Create) unsent(outcome Outcome) Step {
	outcome.Ref = c.ref
	c.phase, c.outcome = phaseUnsent, outcome
	return Step{Kind: StepWrite, Ref: c.ref, Write: Write{Kind: WriteUnsent}}
}
