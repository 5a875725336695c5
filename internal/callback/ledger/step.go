package ledger

// EventKind says what happened since the last step.
type EventKind int

// The events of a Create.
const (
	Begun        EventKind = iota // The first event.
	Viewed                        // A List was made; Event.View is set.
	Wrote                         // The key holds what the step wrote.
	Taken                         // The key holds another value.
	Failed                        // The step could not be done, or its outcome is unknown.
	Prepared                      // Preflight and baseline are done; Event.Ref is the new order's.
	Answered                      // The HTTP call returned; Event.Answer is set.
	Searched                      // The users were listed; Event.Candidates is set.
	Expired                       // The time to wait is over.
	Cancelled                     // The context ended.
	CheckAsked                    // The caller is about to change the desktop.
	DiskAsked                     // The caller is about to grow the disk; Event.GiB is set.
	DeliverAsked                  // The caller is done; Event.Desktop is set.
	CloseAsked                    // The desktop is of no use to the caller; Event.Message says why.
)

// AnswerKind is what the service said to an order.
type AnswerKind int

// The answers to an order.
const (
	AnswerUnknown  AnswerKind = iota // The order may have been carried out.
	AnswerAccepted                   // The service took the order.
	AnswerRefused                    // The service did not take it.
	AnswerUnsent                     // No byte of the order can have reached the service.
)

// Event tells a Create what happened.
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

// StepKind says what to do next.
type StepKind int

// The steps of a Create.
const (
	StepRead      StepKind = iota // List: Viewed or Failed.
	StepWrite                     // Create a key: Wrote, Taken or Failed.
	StepPrepare                   // Preflight and baseline: Prepared, Failed or Cancelled.
	StepSend                      // The one HTTP request: Answered.
	StepWatch                     // Wait for news of the order: Viewed, Expired or Cancelled.
	StepWatchHeld                 // Wait for news of another's order: the same events.
	StepSearch                    // List the users: Searched or Failed.
	StepReject                    // Turn a callback that is no result into evidence: Wrote or Failed.
	StepRedact                    // Turn the result of a closed order into evidence without password: the same.
	StepReady                     // The desktop exists: CheckAsked, DiskAsked, DeliverAsked, CloseAsked or Cancelled.
	StepReturn                    // Done.
)

// Step is what a Create does next.
type Step struct {
	Kind    StepKind
	Ref     string
	Write   Write
	Desktop Desktop // With StepReady.
	Outcome Outcome // With StepReturn.
}

// WriteKind names a key of an order.
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
	N       int // The turn's number.
	Turn    Turn
	GiB     int64
	Message string
}

// OutcomeKind is how a Create ends.
type OutcomeKind int

// The outcomes.
const (
	OutcomeNone       OutcomeKind = iota
	OutcomeDelivered              // The desktop goes into the state.
	OutcomeStopped                // Outcome.Stop says why.
	OutcomeRefused                // The service did not take the order.
	OutcomeFailed                 // The service made no desktop.
	OutcomeOvertaken              // Another Create or a command acted on the order.
	OutcomeNoCallback             // The time is over.
	OutcomeCancelled              // The context ended.
	OutcomeUnsent                 // The order never reached the service.
	OutcomeError                  // A step failed; the executor knows the error.
)

// Outcome is how a Create ends. All but OutcomeDelivered store nothing in the state.
type Outcome struct {
	Kind OutcomeKind
	Ref  string
	Stop *Stop
	// Turn is another's, with OutcomeOvertaken.
	Turn Turn
	// Candidates is what the look found, with OutcomeNoCallback; -1 if the users
	// could not be listed.
	Candidates int
	Message    string
	// Open says that the next apply resumes the order.
	Open bool
}
