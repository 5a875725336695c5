package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// logInterval is the time between two log lines of a waiting order.
const logInterval = time.Minute

// poll is a List that starts after PollInterval, shared by all orders that wait
// for it.
type poll struct {
	flight

	readers int
	stop    context.CancelFunc
}

// watch returns the next view. All waiting orders share one List per interval.
// A callback that this process receives is reported immediately.
func (l *Ledger) watch(ctx context.Context) (*View, error) {
	l.mu.Lock()
	p := l.news
	if p == nil {
		shared, stop := context.WithCancel(context.WithoutCancel(ctx))
		p = &poll{flight: flight{done: make(chan struct{})}, stop: stop}
		l.news = p
		go l.poll(shared, p, l.wake)
	}
	p.readers++
	l.mu.Unlock()
	defer l.leave(p)
	select {
	case <-p.done:
		return p.view, p.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// leave stops waiting for a poll, and cancels the poll if no other order waits
// for it.
func (l *Ledger) leave(p *poll) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.readers--; p.readers > 0 {
		return
	}
	p.stop()
	if l.news == p {
		l.news = nil
	}
}

func (l *Ledger) poll(ctx context.Context, p *poll, wake <-chan struct{}) {
	defer close(p.done)
	pause, cancel := context.WithTimeout(ctx, l.cfg.PollInterval)
	defer cancel()
	select {
	case <-wake:
	case <-pause.Done():
	case <-l.stored(pause):
	}
	l.mu.Lock()
	if l.news == p {
		l.news = nil
	}
	l.mu.Unlock()
	p.view, p.err = l.load(ctx)
}

// stored returns a channel that is closed when a result was stored, if the
// store is a Waiter.
func (l *Ledger) stored(ctx context.Context) <-chan struct{} {
	waiter, ok := l.cfg.Store.(inbox.Waiter)
	if !ok {
		return nil
	}
	done := make(chan struct{})
	l.mu.Lock()
	seen := l.seen
	l.mu.Unlock()
	go func() {
		now, err := waiter.Wait(ctx, ResultPrefix, seen)
		if err != nil || ctx.Err() != nil {
			return
		}
		l.mu.Lock()
		l.seen = now
		l.mu.Unlock()
		close(done)
	}()
	return done
}

// watchOrder waits until a view leads to a new step of c, or until limit or ctx
// ends. A last view takes precedence over the end of limit or ctx.
func (l *Ledger) watchOrder(ctx context.Context, c *Create, limit time.Duration) Event {
	wait, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	logged := time.Now()
	for {
		v, err := l.watch(wait)
		over := wait.Err() != nil
		if over {
			v, err = l.load(context.WithoutCancel(ctx))
		}
		if err != nil {
			l.log.WarnContext(ctx, "unable to read the inbox", "order", c.ref, "error", err)
		} else if c.news(v) {
			return Event{Kind: Viewed, View: v}
		}
		switch {
		case over && ctx.Err() != nil:
			return Event{Kind: endKind(ctx)}
		case over:
			return Event{Kind: Expired}
		}
		if err == nil && time.Since(logged) >= logInterval {
			logged = time.Now()
			l.logWaiting(ctx, v, c.ref)
		}
	}
}

// news reports whether a view leads to any step other than waiting.
func (c *Create) news(v *View) bool {
	copied := *c
	kind := copied.Next(Event{Kind: Viewed, View: v}).Kind
	return kind != StepWatch && kind != StepWatchHeld
}

// endKind returns Expired for a timeout and Cancelled for an interruption.
func endKind(ctx context.Context) EventKind {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Expired
	}
	return Cancelled
}

func (l *Ledger) logWaiting(ctx context.Context, v *View, ref string) {
	if o := v.Order(ref); o != nil {
		l.log.InfoContext(ctx, "waiting for the callback of an order", "order", ref, "age", v.Now.Sub(o.Created).Round(time.Second).String())
	}
}
