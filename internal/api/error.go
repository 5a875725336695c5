// Package api contains what the clients of the five services share: the error
// type, the HTTP transport and the retry policy.
package api

import (
	"fmt"
	"net/http"
	"strings"
)

// Kind is the kind of an error, independent of the error codes of the services.
type Kind int

// The kinds of errors. Each client maps the codes of its service to them.
const (
	// Other is any other error.
	Other Kind = iota
	// NotFound: the object in the request does not exist.
	NotFound
	// Denied: the credentials are missing, wrong, expired or not sufficient.
	Denied
	// Throttled: there were too many requests; a later retry can succeed.
	Throttled
	// Busy: the service or the object is in a temporary state; a later retry
	// can succeed.
	Busy
	// Refused: the service understood the request and does not carry it out.
	Refused
	// Unavailable: the service failed with a code that means a temporary error.
	Unavailable
)

// ErrNotFound and the other errors here match every Error of their kind with
// errors.Is.
var (
	ErrNotFound  error = kindError(NotFound)
	ErrDenied    error = kindError(Denied)
	ErrThrottled error = kindError(Throttled)
	ErrBusy      error = kindError(Busy)
	ErrRefused   error = kindError(Refused)

	ErrUnavailable error = kindError(Unavailable)
)

type kindError Kind

func (k kindError) Error() string {
	switch Kind(k) {
	case NotFound:
		return "not found"
	case Denied:
		return "access denied"
	case Throttled:
		return "too many requests"
	case Busy:
		return "busy"
	case Refused:
		return "refused"
	case Unavailable:
		return "unavailable"
	case Other:
	}
	return "failed"
}

// Error is the error of one call to one service.
type Error struct {
	// Service is "desktop", "hpc", "workspace", "nova" or "cvm".
	Service string
	// Operation is the method and the path template, or the action:
	// "GET /api/desktop/{uuid}/volumes", "DescribeInstanceVncUrl".
	Operation string
	// Address is the scheme and host of the service, empty if nothing was sent.
	Address string
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Code is the error code of the API: "-1", "815201",
	// "InvalidInstanceId.NotFound".
	Code string
	// Message is the message of the API, or what is wrong with its answer.
	Message string
	// RequestID identifies the request in the logs of the service.
	RequestID string
	// Kind is the kind of the error.
	Kind Kind
	// Hint says what the user can do, if the client knows more than the Kind
	// shows. It is a sentence, or empty.
	Hint string
	// Unsent means that no byte of the request can have reached the service.
	Unsent bool
	// Err is the cause, such as a refused connection.
	Err error
}

// Error returns all known details in one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Service, e.Operation)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": HTTP %d", e.Status)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, ": code %s", e.Code)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	} else if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// Is reports whether target is the sentinel error of the Kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(kindError)
	return ok && Kind(k) == e.Kind
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOfStatus returns the kind for an HTTP status, for an answer without an
// error code.
func KindOfStatus(status int) Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return Denied
	case http.StatusNotFound, http.StatusGone:
		return NotFound
	case http.StatusTooManyRequests:
		return Throttled
	case http.StatusConflict, http.StatusLocked,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return Busy
	}
	if status >= 400 && status < 500 {
		return Refused
	}
	return Other
}
