package receiver

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errSlow is the error of storing if no attempt has ended yet.
var errSlow = errors.New("the inbox does not answer")

// attempt is the result of one attempt to write.
type attempt struct {
	created bool
	err     error
}

// retry calls write until a call succeeds or ctx ends. If a call takes longer
// than attemptTimeout, retry starts another one at the same time, because the first
// may never return. Writing the same value twice is safe. onFailure is called
// once, when the first call fails or takes longer than attemptTimeout.
func (c *callback) retry(ctx context.Context, onFailure func(), write func(context.Context) (bool, error)) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	onFailure = sync.OnceFunc(onFailure)
	ended := make(chan attempt)
	start := func() {
		created, err := write(ctx)
		select {
		case ended <- attempt{created, err}:
		case <-ctx.Done():
		}
	}
	go start()
	running, delay, last := 1, firstDelay, errSlow
	next := time.NewTimer(attemptTimeout)
	defer next.Stop()
	for {
		select {
		case a := <-ended:
			if a.err == nil || errors.Is(a.err, errTooMuchEvidence) {
				return a.created, a.err
			}
			running, last = running-1, a.err
			c.reportUnstored(ctx, a.err, onFailure)
			if running == 0 {
				next.Reset(delay)
				delay = min(2*delay, maxDelay)
			}
		case <-next.C:
			if running > 0 {
				c.reportUnstored(ctx, errSlow, onFailure)
			}
			go start()
			running++
			next.Reset(attemptTimeout)
		case <-ctx.Done():
			onFailure()
			return false, last
		}
	}
}

func (c *callback) reportUnstored(ctx context.Context, err error, onFailure func()) {
	c.config.Logger.WarnContext(ctx, "unable to store a callback", "call", c.id, "error", err)
	onFailure()
}
