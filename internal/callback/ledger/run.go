package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// postGrace is how long the HTTP call continues after its context has ended,
// because its answer shows whether the service accepted the order.
const postGrace = 10 * time.Second

// errOrphan is the cause with which Creates end after Terraform has died.
var errOrphan = errors.New("Terraform has ended") //nolint:staticcheck // Terraform is a name.

// run executes one Create.
type run struct {
	l       *Ledger
	req     Request
	create  Create
	sending Sending
	intent  Intent
	view    *View  // The newest View.
	answer  Answer // The answer to the POST.
	// candidates are the desktops that the search found; err is the error of a
	// failed step.
	candidates []Desktop
	err        error
	cause      func() error // The cause with which the context ended.
}

// Order resumes an order of this kind, or places one, and waits for its desktop.
// The error is an *Error, or the error of Request.Prepare or of the store.
func (l *Ledger) Order(ctx context.Context, req Request) (*Delivery, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(l.cfg.Connected, func() { cancel(errOrphan) }) //nolint:contextcheck // It is the life of Terraform.
	l.running.Add(1)
	release := sync.OnceFunc(func() {
		stop()
		cancel(nil)
		l.running.Done()
	})
	if err := l.enter(ctx); err != nil {
		release()
		return nil, err
	}
	self := l.self
	self.Nonce = rand.Text()
	r := &run{l: l, req: req, cause: func() error { return context.Cause(ctx) }, create: Create{Self: self, Want: req.Want, Reorder: l.cfg.Reorder}}
	step := r.proceed(ctx, Event{Kind: Begun})
	if step.Kind != StepReady {
		release()
		return nil, r.failed(step.Outcome)
	}
	return r.deliver(ctx, step, release)
}

// proceed executes steps until the desktop exists or the Create ends.
func (r *run) proceed(ctx context.Context, e Event) Step {
	for {
		step := r.create.Next(e)
		if step.Kind == StepReady || step.Kind == StepReturn {
			return step
		}
		e = r.do(ctx, step)
	}
}

func (r *run) do(ctx context.Context, step Step) Event {
	switch step.Kind {
	case StepRead:
		return r.read(ctx)
	case StepWrite:
		return r.write(ctx, step)
	case StepPrepare:
		return r.prepare(ctx)
	case StepSend:
		return r.send(ctx)
	case StepWatch:
		return r.l.watchOrder(ctx, &r.create, r.remaining())
	case StepWatchHeld:
		return r.l.watchOrder(ctx, &r.create, r.req.Timeout)
	case StepSearch:
		return r.search(ctx)
	case StepReject:
		return r.setAside(ctx, step.Ref, r.l.reject(ctx, step.Ref))
	case StepRedact:
		return r.setAside(ctx, step.Ref, r.l.setAside(ctx, step.Ref, reasonEnded, r.l.redact))
	case StepReady, StepReturn:
	}
	return Event{Kind: Failed}
}

// read reads the inbox. After the POST it ignores the end of ctx, because an
// order that was sent always gets a last turn.
func (r *run) read(ctx context.Context) Event {
	if ctx.Err() != nil && r.create.cancellable() {
		return Event{Kind: endKind(ctx)}
	}
	v, err := r.l.view(context.WithoutCancel(ctx), &r.create, r.view)
	if err != nil {
		r.err = err
		return Event{Kind: Failed}
	}
	r.view, r.err = v, nil
	return Event{Kind: Viewed, View: v}
}

func (r *run) write(ctx context.Context, step Step) Event {
	e := r.l.writeStep(ctx, r.create.Self, &r.intent, step)
	if turn := step.Write.Turn; step.Write.Kind == WriteTurn && turn.Kind == Closed && e.Kind == Wrote && r.create.again {
		r.req.Warn(fmt.Sprintf("Order %s was closed: %s. Another order is placed.", step.Ref, turn.Reason))
	}
	if step.Write.Turn.Kind == Claimed && e.Kind == Wrote && r.req.Resume != nil {
		if o := r.newest().Order(step.Ref); o != nil && o.Intent != nil {
			r.req.Resume(ctx, *o.Intent)
		}
	}
	if e.Kind == Failed && r.err == nil {
		r.err = errors.New("the inbox cannot be written")
	}
	return e
}

func (r *run) prepare(ctx context.Context) Event {
	sending, err := r.req.Prepare(ctx)
	if err == nil {
		err = r.l.ensureBaseline(ctx, r.req)
	}
	if err != nil {
		r.err = err
		return Event{Kind: Failed}
	}
	if ctx.Err() != nil {
		return Event{Kind: endKind(ctx)}
	}
	r.sending = sending
	r.intent = Intent{
		Kind: r.req.Kind, Scope: r.l.cfg.Scope, URL: sending.URL, Listen: sending.Listen, Machine: sending.Machine, Timeout: r.req.Timeout,
		Term: r.create.Self.Term, Process: r.create.Self.Process, Nonce: r.create.Self.Nonce, Recipient: sending.Recipient,
	}
	return Event{Kind: Prepared, Ref: sending.Ref}
}

func (r *run) send(ctx context.Context) Event {
	if ctx.Err() != nil {
		return Event{Kind: endKind(ctx)}
	}
	post, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(postGrace, func() { cancel(context.Cause(ctx)) })
	})
	defer stop()
	r.answer = r.sending.Post(post)
	return Event{Kind: Answered, Answer: r.answer.Kind, Message: r.answer.Message()}
}

func (r *run) search(ctx context.Context) Event {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	now, err := r.req.List(ctx)
	if err == nil {
		r.candidates, err = r.l.candidates(ctx, r.req.Kind, r.create.ref, now)
	}
	if err != nil {
		r.err = err
		return Event{Kind: Failed}
	}
	return Event{Kind: Searched, Candidates: len(r.candidates)}
}

// setAside returns the event for err, the result of storing a callback as
// evidence.
func (r *run) setAside(ctx context.Context, ref string, err error) Event {
	if err != nil {
		r.l.log.WarnContext(ctx, "unable to keep a callback as evidence", "order", ref, "error", err)
		return Event{Kind: Failed}
	}
	return Event{Kind: Wrote}
}

func (r *run) remaining() time.Duration {
	if r.view != nil {
		if o := r.view.Order(r.create.ref); o != nil && o.Intent != nil {
			return Remaining(r.view, o, r.req.Timeout)
		}
	}
	return r.req.Timeout
}
