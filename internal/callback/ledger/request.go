package ledger

import (
	"context"
	"time"
)

// Request is the desktop that a Create wants, with the functions that order it.
type Request struct {
	Want

	// Timeout is how long the order may take.
	Timeout time.Duration
	// Prepare does everything that is slow before the intent is written: it
	// starts the receiver, calls its own callback URL and logs in.
	Prepare func(ctx context.Context) (Sending, error)
	// List returns the desktops of the user, or of all users of the group.
	List func(ctx context.Context) ([]Desktop, error)
	// Resume is called after the order of another Create was claimed.
	Resume func(ctx context.Context, intent Intent)
	// Warn receives the warnings about a Create that continues.
	Warn func(message string)
}

// Sending is how a new order is sent and where its callback arrives.
type Sending struct {
	// Ref is the reference of the order, from the id in its callback URL.
	Ref string
	// URL, Listen, Machine and Recipient are the fields of the Intent.
	URL, Listen, Machine, Recipient string
	// Post sends the order once (POST /api/desktop/apply), and returns after
	// the HTTP call has ended.
	Post func(ctx context.Context) Answer
}

// Answer is the result of the HTTP call.
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
