package ledger

// EventKind is the kind of an Event.
type EventKind int

// The events of a Create.
const (
	Begun        EventKind = iota // The first event.
	Viewed                        // The inbox was listed; Event.View is set.
	Wrote                         // The key holds what the step wrote.
	Taken                         // The key holds another value.
	Failed                        // The step could not be done, or its outcome is unknown.
	Prepared                      // Preflight and baseline are done; Event.Ref is that of the new order.
	Answered                      // The HTTP call returned; Event.Answer is set.
	Searched                      // The users were listed; Event.Candidates is set.
	Expired                       // The wait timed out.
	Cancelled                     // The context ended.
	CheckAsked                    // The caller is about to change the desktop.
	DiskAsked                     // The caller is about to grow the disk; Event.GiB is set.
	DeliverAsked                  // The caller is ready to return; Event.Desktop is set.
	CloseAsked                    // The caller cannot use the desktop; Event.Message says why.
)

// AnswerKind is the kind of the service's answer to an order.
type AnswerKind int

// The answers to an order.
const (
	AnswerUnknown  AnswerKind = iota // The order may have been carried out.
	AnswerAccepted                   // The service accepted the order.
	AnswerRefused                    // The service refused the order.
	AnswerUnsent                     // No byte of the order can have reached the service.
)

// Event is what happened since the last step of a Create.
type Event struct {
	Kind       EventKind
	View       *View
	Ref        string
	Answer     AnswerKind
	Message    string
	Candidates int
	GiB        int64
	Desktop    Desktop
}

// StepKind is the kind of a Step.
type StepKind int

// The steps of a Create.
const (
	StepRead      StepKind = iota // List: Viewed or Failed.
	StepWrite                     // Create a key: Wrote, Taken or Failed.
	StepPrepare                   // Preflight and baseline: Prepared, Failed or Cancelled.
	StepSend                      // The one HTTP request: Answered.
	StepWatch                     // Wait for a change of the order: Viewed, Expired or Cancelled.
	StepWatchHeld                 // Wait for a change of another process's order: the same events.
	StepSearch                    // List the users: Searched or Failed.
	StepReject                    // Turn a callback that is not the result into evidence: Wrote or Failed.
	StepRedact                    // Turn the result of a closed order into evidence without password: the same.
	StepReady                     // The desktop exists: CheckAsked, DiskAsked, DeliverAsked, CloseAsked or Cancelled.
	StepReturn                    // Done.
)

// Step is the next action of a Create.
type Step struct {
	Kind    StepKind
	Ref     string
	Write   Write
	Desktop Desktop // With StepReady.
	Outcome Outcome // With StepReturn.
}

// WriteKind is the kind of a key of an order.
type WriteKind int

// The keys that a Create writes.
const (
	WriteIntent WriteKind = iota
	WriteAccepted
	WriteRefused
	WriteUnsent
	WriteDisk
	WriteTurn
)

// Write is a key of an order to create.
type Write struct {
	Kind    WriteKind
	N       int // The number of the turn.
	Turn    Turn
	GiB     int64
	Message string
}

// OutcomeKind is the kind of an Outcome.
type OutcomeKind int

// The outcomes.
const (
	OutcomeNone       OutcomeKind = iota
	OutcomeDelivered              // The desktop goes into the state.
	OutcomeStopped                // Outcome.Stop says why.
	OutcomeRefused                // The service refused the order.
	OutcomeFailed                 // The service made no desktop.
	OutcomeOvertaken              // Another Create or a command acted on the order.
	OutcomeNoCallback             // The order timed out.
	OutcomeCancelled              // The context ended.
	OutcomeUnsent                 // The order did not reach the service.
	OutcomeError                  // A step failed; the executor knows the error.
)

// Outcome is the end of a Create. Only OutcomeDelivered stores a desktop in the
// state.
type Outcome struct {
	Kind OutcomeKind
	Ref  string
	Stop *Stop
	// Turn is the turn of the other writer, with OutcomeOvertaken.
	Turn Turn
	// Candidates is the number of desktops that the search found, with
	// OutcomeNoCallback; -1 if the users could not be listed.
	Candidates int
	Message    string
	// Open reports whether the next apply resumes the order.
	Open bool
}
