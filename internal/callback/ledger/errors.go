package ledger

import (
	"fmt"
	"slices"
	"strings"
)

// Error is the error of an order that returned no desktop. Its text contains
// the reference of the order and, if needed, the command that resolves it.
type Error struct {
	Outcome Outcome
	// Candidates are the desktops that the service may have made for the order.
	Candidates []Desktop
	// Err is the error of the step that failed, if any. Cause is the cause of a
	// context that has ended.
	Err, Cause error

	list, release, closing string
	refused                string // The reasons of refused callbacks.
}

// UnknownDesktopError is the error for an order that was released with a
// desktop that no user has.
type UnknownDesktopError struct{ Ref, UUID, Name string }

func (e *UnknownDesktopError) Error() string {
	return fmt.Sprintf("order %s was released with desktop %s, which no user of %s has", e.Ref, e.UUID, e.Name)
}

func (r *run) failed(outcome Outcome) error {
	err := r.err
	if outcome.Kind == OutcomeRefused && r.answer.Err != nil || outcome.Kind == OutcomeUnsent || outcome.Kind == OutcomeNoCallback && err == nil {
		err = r.answer.Err
	}
	if outcome.Kind == OutcomeError && outcome.Ref == "" && err != nil {
		return err // Nothing was ordered.
	}
	failed := r.l.failed(outcome, err)
	failed.Candidates, failed.Cause = r.candidates, r.cause()
	if r.l.cfg.Refused != nil {
		failed.refused = r.l.cfg.Refused(outcome.Ref)
	}
	return failed
}

func (l *Ledger) failed(outcome Outcome, err error) *Error {
	command := func(verb string) string { return l.Command(verb, outcome.Ref) }
	return &Error{Outcome: outcome, Err: err, list: command("show"), release: command("release"), closing: command("close")}
}

// Command returns the shell command "orders VERB REF" for an order.
func (l *Ledger) Command(verb, ref string) string {
	return strings.TrimSpace("terraform-provider-clouddesktop orders "+verb+" "+ref) + l.cfg.Flags
}

// Unwrap returns the causes.
func (e *Error) Unwrap() []error {
	return slices.DeleteFunc([]error{e.Err, e.Cause}, func(err error) bool { return err == nil })
}

func (e *Error) Error() string {
	text := e.sentence()
	if e.refused != "" {
		text += " " + e.refused
	}
	if e.Err != nil && e.Outcome.Kind != OutcomeRefused {
		text += fmt.Sprintf(" The cause was: %v.", e.Err)
	}
	if e.Outcome.Open {
		text += fmt.Sprintf(" The next apply resumes order %s. To see it, run: %s", e.Outcome.Ref, e.list)
	}
	return text
}

func (e *Error) sentence() string {
	ref := e.Outcome.Ref
	switch e.Outcome.Kind {
	case OutcomeStopped:
		return e.stopped()
	case OutcomeRefused:
		return e.Outcome.Message
	case OutcomeFailed:
		return fmt.Sprintf("The service reported that order %s failed: %s", ref, e.Outcome.Message)
	case OutcomeOvertaken:
		return fmt.Sprintf("Order %s was %s by another apply or by a command while this apply worked on it. "+
			"Nothing is stored in the state. To see the order, run: %s", ref, orElse(string(e.Outcome.Turn.Kind), "changed"), e.list)
	case OutcomeNoCallback:
		return e.noCallback()
	case OutcomeCancelled:
		if e.Err != nil {
			return "The order is left to the next apply."
		}
		return "The apply was interrupted."
	case OutcomeUnsent:
		return "The order did not reach the service."
	case OutcomeError:
		return fmt.Sprintf("Order %s cannot be continued.", ref)
	case OutcomeNone, OutcomeDelivered:
	}
	return "The order ended."
}

func (e *Error) noCallback() string {
	text := fmt.Sprintf("No callback came for order %s within the timeout. The service may have carried it out.", e.Outcome.Ref)
	switch {
	case e.Outcome.Candidates < 0:
		text += " The desktops of the users could not be listed."
	case e.Outcome.Candidates == 0:
		text += " No new desktop was found."
	default:
		var names []string
		for _, d := range e.Candidates {
			names = append(names, fmt.Sprintf("%s of user %s", d.UUID, d.Username))
		}
		text += fmt.Sprintf(" It may have led to one of these new desktops: %s. If one of them is the ordered desktop, run: %s --desktop UUID.",
			strings.Join(names, ", "), e.release)
	}
	return text + " If the service made no desktop, run: " + e.closing + "."
}

func (e *Error) stopped() string {
	stop, ref := e.Outcome.Stop, e.Outcome.Ref
	holder := fmt.Sprintf("process %d on host %s", stop.Holder.PID, orElse(stop.Holder.Host, "unknown"))
	switch stop.Reason {
	case StopNewerApply:
		return "Another apply of the same scope has run since this one started, so this plan may be out of date. Nothing was ordered. Plan and apply again."
	case StopUnconfirmed:
		return fmt.Sprintf("Order %s led to a desktop of this kind, and no saved state is known to contain it. "+
			"Nothing was ordered. Run a plan of the complete configuration: it confirms the order if the state was saved. "+
			"If the state was not saved, run: %s (the next apply takes the desktop), or: %s (the desktop is not managed).", ref, e.release, e.closing)
	case StopSealed:
		return fmt.Sprintf("The callback of order %s is sealed to %s, which belongs to none of the configured age identities. "+
			"It is kept in the inbox. Add that identity to age_identity in the callback block and apply again.", ref, orElse(stop.Recipient, "another recipient"))
	case StopHeld:
		return fmt.Sprintf("Order %s of this kind is held by %s, which still runs. Nothing was ordered. "+
			"Wait until that apply has ended and apply again. To see the order, run: %s", ref, holder, e.list)
	}
	return ""
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
