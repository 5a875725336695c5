package ledger

import "time"

// View is the content of an inbox after one List. All decisions of this package
// depend only on a View.
type View struct {
	// Now is the time of the List by the clock of the store.
	Now time.Time
	// Age is how long this process had been running at that time, by the clock
	// of the machine.
	Age time.Duration
	// Terms are the terms of this process's scope.
	Terms []Term
	// Orders are the orders of all scopes, sorted by reference.
	Orders    []Order
	Processes []Process
}

// Term is a term with the process that took it.
type Term struct {
	N         int
	Process   string
	Terraform string
	Taken     time.Time
}

// ProcessState reports whether a process can still act.
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
	// Terraform is the id of the Terraform process that started it.
	Terraform string
	Host      string
	PID       int
	State     ProcessState
}

// ResultKind is the kind of a Result.
type ResultKind int

const (
	// NoResult means that there is no callback.
	NoResult ResultKind = iota
	// ResultSuccess means that the callback contains a usable desktop.
	ResultSuccess
	// ResultFailure means that the service made no desktop.
	ResultFailure
	// ResultNotFinal means that the callback reports neither success nor
	// failure.
	ResultNotFinal
	// ResultSealed means that this process cannot decrypt the callback.
	ResultSealed
)

// Result is the content of an order's callback, without its password.
type Result struct {
	Kind           ResultKind
	Username, UUID string
	Message        string
	// Recipient is the recipient of a sealed callback, if the callback names
	// it.
	Recipient string
}

// Order is everything that the inbox contains about one order.
type Order struct {
	Ref string
	// Intent is nil if the inbox has none: such an order does not exist, or has ended.
	Intent  *Intent
	Created time.Time
	// Accepted and Refused are the answer of the service. Unsent reports that
	// the order was certainly not sent.
	Accepted, Refused, Unsent bool
	RefusedMessage            string
	// DiskGiB is the largest size that a resize may have been sent for, 0 if none.
	DiskGiB int64
	Turns   []Turn
	Result  Result
	// OtherKeys holds the keys of the order except its turns, in the order of
	// deletion.
	OtherKeys []string
	// ResultKey is the key of the stored callback, empty if there is none.
	ResultKey string
	// Sealed reports whether this process cannot decrypt callbacks of the
	// order.
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

// Process returns the process with this id. A process without a record counts
// as ended, not as died.
func (v *View) Process(id string) Process {
	for _, p := range v.Processes {
		if p.ID == id {
			return p
		}
	}
	return Process{ID: id}
}
