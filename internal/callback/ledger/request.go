package ledger

import (
	"context"
	"time"
)

// Request is what a Create asks for, and how to get it.
type Request struct {
	Want

	// Timeout is how long the order may take.
	Timeout time.Duration
	// Prepare does whatever is slow before the intent: it listens, calls its own
	// callback URL, logs in.
	Prepare func(ctx context.Context) (Sending, error)
	// List returns the desktops of the user, or of all users of the group.
	List func(ctx context.Context) ([]Desktop, error)
	// Resume is called when the order of another Create was claimed.
	Resume func(ctx context.Context, intent Intent)
	// Warn is told what the user has to know although the Create goes on.
	Warn func(message string)
}

// Sending is how a new order is sent and how its callback arrives.
type Sending struct {
	// Ref is the reference of the order, made from the id in its callback URL.
	Ref string
	// URL, Listen, Machine and Recipient are those of the Intent.
	URL, Listen, Machine, Recipient string
	// Post sends the order, once. It returns only when the HTTP call is over.
	Post func(ctx context.Context) Answer
}

// Answer is what came of the HTTP call.
type Answer struct {
	Kind AnswerKind
	// Err is the error of a call that was not accepted.
	Err error
}

// Message returns the text of the error.
func (a Answer) Message() string {
	if a.Err == nil {
		return ""
	}
	return a.Err.Error()
}
