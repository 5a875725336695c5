package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Retry repeats a call that may succeed unchanged later. The zero value waits
// half a second before the first repetition and at most ten seconds between
// two.
type Retry struct {
	// Initial is the wait before the first repetition.
	Initial time.Duration
}

// outageTries bounds the tries at a service that cannot be reached or answers
// 502, 503 or 504: with the default waits that is about 15 seconds. A code that
// says "slow down" or "not ready yet" is repeated until the context ends.
const outageTries = 6

// Repeat says how Do goes on after an error.
type Repeat int

// What Do can do after an error.
const (
	// Stop returns the error.
	Stop Repeat = iota
	// Outage tries again a few times.
	Outage
	// Wait tries again until the context ends.
	Wait
)

// Do calls fn until it succeeds, until classify says Stop, or until ctx ends.
// The error is the last one of fn, or, where ctx cut the last try short, the
// one that made it wait; where ctx ended the waiting, its cause is wrapped
// around it.
func Do[T any](ctx context.Context, r Retry, classify func(error) Repeat, fn func(context.Context) (T, error)) (T, error) {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval = 500 * time.Millisecond
	delays.Multiplier = 2
	delays.MaxInterval = 10 * time.Second
	if r.Initial > 0 {
		delays.InitialInterval = r.Initial
		delays.MaxInterval = 20 * r.Initial
	}
	delays.Reset()
	// Only a call that may be sent twice is ever made to wait, so that an earlier
	// error never hides that the last try was sent.
	var waiting error
	for outages := 1; ; {
		value, err := fn(ctx)
		if err == nil {
			return value, nil
		}
		if ctx.Err() != nil {
			return value, contextCause(ctx, cmp.Or(waiting, err))
		}
		switch classify(err) {
		case Stop:
			return value, err
		case Outage:
			if outages++; outages > outageTries {
				return value, err
			}
		case Wait:
			waiting = err
		}
		delay := delays.NextBackOff()
		var after *RetryAfterError
		if errors.As(err, &after) && after.Delay > delay {
			delay = after.Delay
		}
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return value, contextCause(ctx, err)
		}
	}
}

// RetryAfterError is the cause of an Error whose answer asked for a pause.
type RetryAfterError struct {
	// Delay is how long the service wants to be left alone.
	Delay time.Duration
}

func (e *RetryAfterError) Error() string {
	return "the service asks to try again in " + e.Delay.String()
}

// RetryAfter returns the pause that a Retry-After header asks for, nil without one.
func RetryAfter(h http.Header) error {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return &RetryAfterError{Delay: time.Duration(seconds) * time.Second}
	}
	if at, err := http.ParseTime(value); err == nil && time.Until(at) > 0 {
		return &RetryAfterError{Delay: time.Until(at)}
	}
	return nil
}

// RepeatIdempotent classifies the failures of a call that may be sent twice.
func RepeatIdempotent(err error) Repeat {
	var e *Error
	if !errors.As(err, &e) {
		return Stop
	}
	switch {
	case e.Kind == Throttled:
		return Wait
	case e.Status == http.StatusBadGateway, e.Status == http.StatusServiceUnavailable, e.Status == http.StatusGatewayTimeout:
		return Outage
	case isNetwork(e.Err):
		return Outage
	}
	return Stop
}

// RepeatUnsent classifies the failures of a call that must not be carried out
// twice: it is repeated only if no byte of it can have reached the service.
func RepeatUnsent(err error) Repeat {
	var e *Error
	if errors.As(err, &e) && e.Unsent && isNetwork(e.Err) {
		return Outage
	}
	return Stop
}

// isNetwork reports a connection that could not be made or broke, as opposed to
// an answer that made no sense or a certificate that is not trusted.
func isNetwork(err error) bool {
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	return errors.As(err, &op) && op.Op != opAlert ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &timeout) && timeout.Timeout()
}
