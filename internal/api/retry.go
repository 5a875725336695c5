package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// RetryPolicy says how long to wait between the attempts of a call. The zero value
// waits half a second before the second attempt and at most ten seconds between
// two.
type RetryPolicy struct {
	// Initial is the wait before the second attempt.
	Initial time.Duration
}

// outageAttempts bounds the attempts at a service that cannot be reached or answers
// 502, 503 or 504: with the default waits that is about 15 seconds. A code that
// means "slow down" or "not ready yet" is retried until the context ends.
const outageAttempts = 6

// Decision says what Retry does after an error.
type Decision int

// The decisions.
const (
	// Stop returns the error.
	Stop Decision = iota
	// RetryFew retries a few times.
	RetryFew
	// RetryOn retries until the context ends.
	RetryOn
)

// Retry calls fn until it succeeds, until decide returns Stop, or until ctx
// ends. The error is the last one of fn, or, if ctx ended during the last attempt,
// the error that made it wait before. If ctx ended while it waited, the cause of
// ctx is wrapped around the error.
func Retry[T any](ctx context.Context, policy RetryPolicy, decide func(error) Decision, fn func(context.Context) (T, error)) (T, error) {
	delays := policy.delays()
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
		switch decide(err) {
		case Stop:
			return value, err
		case RetryFew:
			if outages++; outages > outageAttempts {
				return value, err
			}
			// Without an answer the call may be one that is retried only unsent.
			if e, ok := errors.AsType[*Error](err); ok && e.Status != 0 {
				waiting = err
			}
		case RetryOn:
			waiting = err
		}
		if err := pause(ctx, delays.NextBackOff(), err); err != nil {
			return value, err
		}
	}
}

func (p RetryPolicy) delays() *backoff.ExponentialBackOff {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval = 500 * time.Millisecond
	delays.Multiplier = 2
	delays.MaxInterval = 10 * time.Second
	if p.Initial > 0 {
		delays.InitialInterval = p.Initial
		delays.MaxInterval = 20 * p.Initial
	}
	delays.Reset()
	return delays
}

// pause waits after an error, at least as long as the service asked for. It
// does not wait for a time after the deadline of ctx.
func pause(ctx context.Context, delay time.Duration, err error) error {
	if after, ok := errors.AsType[*RetryAfterError](err); ok && after.Delay > delay {
		delay = after.Delay
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < delay {
			return fmt.Errorf("the service asks to wait %s before the next attempt, but the timeout ends in %s: %w",
				delay, time.Until(deadline).Round(time.Second), err)
		}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextCause(ctx, err)
	}
}

// RetryAfterError is the cause of an Error whose answer asked for a pause.
type RetryAfterError struct {
	// Delay is how long the service asks to wait.
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
		return &RetryAfterError{Delay: time.Until(at).Round(time.Second)}
	}
	return nil
}

// RetryIdempotent decides about a call that may be sent twice.
func RetryIdempotent(err error) Decision {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return Stop
	case e.Kind == Throttled:
		return RetryOn
	case e.Status == http.StatusBadGateway, e.Status == http.StatusServiceUnavailable, e.Status == http.StatusGatewayTimeout:
		return RetryFew
	case isNetwork(e.Err):
		return RetryFew
	}
	return Stop
}

// RetryWhileBusy decides about a call that may be sent twice at a service whose
// own codes are known. What the service says decides: it is retried while it is
// busy or throttled, and a few times while it fails; nothing else that has a code is. An answer without a
// code is decided as by RetryIdempotent.
func RetryWhileBusy(err error) Decision {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok || e.Code == "":
		return RetryIdempotent(err)
	case e.Kind == Throttled, e.Kind == Busy:
		return RetryOn
	case e.Kind == Unavailable:
		return RetryFew
	}
	return Stop
}

// RetryUnsent decides about a call that must not be carried out twice: it is
// retried only if no byte of it can have reached the service.
func RetryUnsent(err error) Decision {
	if e, ok := errors.AsType[*Error](err); ok && e.Unsent && isNetwork(e.Err) {
		return RetryFew
	}
	return Stop
}

// isNetwork reports a connection that could not be made or broke, as opposed to
// an answer that cannot be understood or a certificate that is not trusted.
func isNetwork(err error) bool {
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	return errors.As(err, &op) && op.Op != opAlert ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isClosedIdle(err) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// isClosedIdle reports a kept connection that the server closed just when a
// request was to use it. net/http does not export this error.
func isClosedIdle(err error) bool {
	return err != nil && strings.HasSuffix(err.Error(), "http: server closed idle connection")
}
