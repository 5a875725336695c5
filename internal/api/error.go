// Package api holds what the clients of the five services share: one error
// type, one HTTP transport and one way to repeat a request.
package api

import (
	"fmt"
	"net/http"
	"strings"
)

// Kind says what a failure means for the caller, whatever the service calls it.
type Kind int

// The kinds of failure. Each client maps the codes of its service to them.
const (
	// Other is a failure that no other kind describes.
	Other Kind = iota
	// NotFound: what was asked for does not exist.
	NotFound
	// Denied: the credentials are missing, wrong, expired or not sufficient.
	Denied
	// Throttled: too many requests; the same request succeeds later.
	Throttled
	// Busy: the service or the thing asked for is in a state that passes.
	Busy
	// Refused: the service understood the request and will not carry it out.
	Refused
	// Unavailable: the service failed in a way that its own code calls temporary.
	Unavailable
)

// ErrNotFound and its siblings match, by errors.Is, every Error of their kind.
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

// Error is a failure of one call to one service.
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
	// Code is the API's own code: "-1", "815201", "InvalidInstanceId.NotFound".
	Code string
	// Message is the API's own message, or what was wrong with its answer.
	Message string
	// RequestID is what the service calls this request in its own logs.
	RequestID string
	// Kind says what the failure means.
	Kind Kind
	// Hint says what a person can do about it, where the client knows more
	// than the kind does. It is a sentence, or empty.
	Hint string
	// Unsent: no byte of the request can have reached the service.
	Unsent bool
	// Err is the cause below, such as a connection that was refused.
	Err error
}

// Error returns everything known about the failure in one line.
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

// Is matches the sentinel of the error's kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(kindError)
	return ok && Kind(k) == e.Kind
}

// Unwrap returns the cause below.
func (e *Error) Unwrap() error { return e.Err }

// KindOfStatus is the kind of an HTTP status whose body says nothing better.
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
