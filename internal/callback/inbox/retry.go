package inbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// MaxTries is the number of requests of a call. With the default pauses
	// between them, a call lasts about nine seconds: enough to restart a relay.
	MaxTries = 16

	defaultPause = 50 * time.Millisecond
	maxGrowth    = 20 // From the first pause to the longest.
)

// Retry makes a call of a remote store until it succeeds, at most MaxTries
// times. It retries only errors that are temporary. All calls of a store can be
// repeated: creating the same value again changes nothing. The first pause is
// pause, or 50 milliseconds if it is 0; the longest is twenty times as long.
func Retry[T any](ctx context.Context, pause time.Duration, call func() (T, error), temporary func(error) bool) (T, error) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = cmp.Or(pause, defaultPause)
	pauses.MaxInterval = maxGrowth * pauses.InitialInterval
	var last error
	result, err := backoff.Retry(ctx, func() (T, error) {
		var result T
		result, last = call()
		if last != nil && !temporary(last) {
			return result, backoff.Permanent(last)
		}
		return result, last
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(MaxTries), backoff.WithMaxElapsedTime(0))
	if err != nil && last != nil && !errors.Is(err, last) { // The context has ended in a pause.
		err = fmt.Errorf("%w (the last attempt: %w)", err, last)
	}
	return result, err
}
