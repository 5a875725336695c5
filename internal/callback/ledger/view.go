package ledger

import "time"

// View is what one process knows of an inbox after one List. The decisions of
// this package depend on nothing else.
type View struct {
	// Now is the time of the List by the store's clock.
	Now time.Time
	// Age is how long this process had been running then, by the machine's clock.
	Age time.Duration
	// Terms are those of the process's scope.
	Terms []Term
	// Orders are those of all scopes, sorted by reference.
	Orders    []Order
	Processes []Process
}

// Term is a taken term.
type Term struct {
	N         int
	Process   string
	Terraform string
	Taken     time.Time
}

// ProcessState says whether a process can still act.
type ProcessState int

const (
	// ProcessEnded is a process that Terraform shut down, or that has no record.
	ProcessEnded ProcessState = iota
	// ProcessDied is a process that stopped without being shut down.
	ProcessDied
	// ProcessAlive is a process that may still act.
	ProcessAlive
)

// Process is a provider process that has a record in the inbox.
type Process struct {
	ID string
	// Terraform is the same for all processes that one Terraform started.
	Terraform string
	Host      string
	PID       int
	State     ProcessState
}

// ResultKind is what a callback says.
type ResultKind int

const (
	// NoResult is an order without a callback.
	NoResult ResultKind = iota
	// ResultSuccess names a usable desktop.
	ResultSuccess
	// ResultFailure says that the service made no desktop.
	ResultFailure
	// ResultNotFinal is a callback that says neither.
	ResultNotFinal
	// ResultSealed cannot be opened by this process.
	ResultSealed
)

// Result is what the callback of an order says, without its password.
type Result struct {
	Kind           ResultKind
	Username, UUID string
	Message        string
	// Recipient is whom a sealed callback is for, as far as it says so.
	Recipient string
}

// Order is everything that the inbox holds of one order.
type Order struct {
	Ref string
	// Intent is nil if the inbox has none: such an order does not exist, or has ended.
	Intent  *Intent
	Created time.Time
	// Accepted and Refused are the answer of the service; Unsent says that the
	// order was certainly never sent.
	Accepted, Refused, Unsent bool
	RefusedMessage            string
	// DiskGiB is the largest size that a resize may have been sent for, 0 if none.
	DiskGiB int64
	Turns   []Turn
	Result  Result
	// Stuff are the keys of the order but its turns, in the order of deletion.
	Stuff []string
	// ResultKey is the key of the stored callback, empty if there is none.
	ResultKey string
	// Sealed says that this process cannot open what the order's receiver seals.
	Sealed bool
}

// Order returns the order with this reference, or nil.
func (v *View) Order(ref string) *Order {
	for i := range v.Orders {
		if v.Orders[i].Ref == ref {
			return &v.Orders[i]
		}
	}
	return nil
}

// Process returns what is known of a process. One without a record counts as
// ended, never as died.
func (v *View) Process(id string) Process {
	for _, p := range v.Processes {
		if p.ID == id {
			return p
		}
	}
	return Process{ID: id}
}
