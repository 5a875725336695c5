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

// RetryPolicy is the waiting time between the attempts of a call. With the zero
// value, the wait before the second attempt is half a second, and the longest
// wait is ten seconds.
type RetryPolicy struct {
	// Initial is the wait before the second attempt.
	Initial time.Duration
}

// outageAttempts limits the attempts if the service cannot be reached or
// answers 502, 503 or 504. With the default waits they take about 15 seconds.
// Errors of the kinds Throttled and Busy are retried until the context ends.
const outageAttempts = 6

// Decision is what Retry does after an error.
type Decision int

// The decisions.
const (
	// Stop returns the error.
	Stop Decision = iota
	// RetryFew retries up to outageAttempts times.
	RetryFew
	// RetryOn retries until the context ends.
	RetryOn
)

// Retry calls fn until it succeeds, until decide returns Stop, or until ctx
// ends. The error is the last one of fn. If ctx ends during an attempt, it is
// the error of the attempt before. If ctx ends during a wait, the error also
// wraps the cause of ctx.
func Retry[T any](ctx context.Context, policy RetryPolicy, decide func(error) Decision, fn func(context.Context) (T, error)) (T, error) {
	delays := policy.delays()
	// Only calls that may be sent twice have an error here. So an earlier error
	// never hides that the last attempt of an order was sent.
	var waiting error
	for outages := 1; ; {
		value, err := fn(ctx)
		if err == nil {
			return value, nil
		}
		if ctx.Err() != nil {
			return value, WithCause(ctx, cmp.Or(waiting, err))
		}
		switch decide(err) {
		case Stop:
			return value, err
		case RetryFew:
			if outages++; outages > outageAttempts {
				return value, err
			}
			// Without an answer, the call may be one that is retried only if it
			// was not sent.
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

// pause waits after an error, at least as long as the Retry-After header of the
// answer requires. It returns an error at once if that would be after the
// deadline of ctx.
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
		return WithCause(ctx, err)
	}
}

// RetryAfterError is the cause of an Error whose answer has a Retry-After
// header.
type RetryAfterError struct {
	// Delay is the time that the service asks to wait.
	Delay time.Duration
}

func (e *RetryAfterError) Error() string {
	return "the service asks to try again in " + e.Delay.String()
}

// RetryAfter returns a *RetryAfterError for a Retry-After header, or nil
// without one.
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

// RetryIdempotent is the decision for a call that may be sent twice.
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

// RetryWhileBusy is the decision for a call that may be sent twice, to a
// service with known error codes. Busy and Throttled are retried until the
// context ends, and Unavailable a few times. Other errors with a code are not
// retried. For an error without a code, the decision is that of
// RetryIdempotent.
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

// RetryUnsent is the decision for a call that must not be carried out twice. It
// is retried only if no byte of it can have reached the service.
func RetryUnsent(err error) Decision {
	if e, ok := errors.AsType[*Error](err); ok && e.Unsent && isNetwork(e.Err) {
		return RetryFew
	}
	return Stop
}

// isNetwork reports whether a connection failed. A certificate that is not
// trusted, or an answer with a wrong form, is not such an error.
func isNetwork(err error) bool {
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	return errors.As(err, &op) && op.Op != opAlert ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isClosedIdle(err) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// isClosedIdle reports whether the server closed a kept connection at the
// moment when a request started to use it. net/http does not export this error.
func isClosedIdle(err error) bool {
	return err != nil && strings.HasSuffix(err.Error(), "http: server closed idle connection")
}
