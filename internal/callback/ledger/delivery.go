package ledger

import (
	"context"
	"errors"
	"slices"
)

// Delivery is an order whose desktop exists and will be returned to Terraform.
// Its methods must not be called concurrently.
type Delivery struct {
	run     *run
	step    Step
	release func()
	// Desktop is the result. Body is the decrypted callback, which may contain
	// a password. It is nil if the order was released with a given desktop.
	Desktop Desktop
	Body    []byte
	// Resumed reports whether another Create placed the order.
	Resumed bool
	// GrownGiB is the size in GiB to which an earlier Create may have grown the
	// disk.
	GrownGiB int64
}

// deliver returns a Delivery. If the order was released with only a uuid,
// deliver looks up the user of the desktop in the lists of the users.
func (r *run) deliver(ctx context.Context, step Step, release func()) (*Delivery, error) {
	d := &Delivery{run: r, step: step, release: release, Desktop: step.Desktop, Resumed: r.create.Claimed()}
	var err error
	if d.Body, err = r.l.body(context.WithoutCancel(ctx), step.Ref); err == nil && d.Desktop.Username == "" {
		err = d.locate(ctx)
	}
	if err != nil {
		r.err = err
		return nil, d.end(ctx, Event{Kind: Cancelled})
	}
	if o := r.newest().Order(step.Ref); o != nil {
		d.GrownGiB = o.DiskGiB
	}
	return d, nil
}

func (r *run) newest() *View {
	if r.view == nil {
		return &View{}
	}
	return r.view
}

func (d *Delivery) locate(ctx context.Context) error {
	list, err := d.run.req.List(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(found Desktop) bool { return found.UUID == d.Desktop.UUID })
	if at < 0 {
		return &UnknownDesktopError{Ref: d.step.Ref, UUID: d.Desktop.UUID, Name: d.run.req.Name()}
	}
	d.Desktop = list[at]
	return nil
}

// Ref returns the reference of the order.
func (d *Delivery) Ref() string { return d.step.Ref }

// BeforeChange must be called before each change of the desktop. It returns an
// error if another Create or a command has acted on the order in the meantime.
func (d *Delivery) BeforeChange(ctx context.Context) error {
	return d.ask(ctx, Event{Kind: CheckAsked})
}

// BeforeGrow does the same as BeforeChange, and records the new size of the
// disk in GiB.
func (d *Delivery) BeforeGrow(ctx context.Context, gib int64) error {
	if err := d.ask(ctx, Event{Kind: DiskAsked, GiB: gib}); err != nil {
		return err
	}
	d.GrownGiB = max(d.GrownGiB, gib)
	return nil
}

func (d *Delivery) ask(ctx context.Context, e Event) error {
	step := d.run.proceed(ctx, e)
	if step.Kind == StepReady {
		return nil
	}
	d.release()
	return d.run.failed(step.Outcome)
}

// Deliver records that the desktop is returned to Terraform. If it returns an
// error, the desktop must not be stored in the state.
func (d *Delivery) Deliver(ctx context.Context) error {
	return d.end(ctx, Event{Kind: DeliverAsked, Desktop: d.Desktop})
}

// Release lets the next Create of the same kind resume the order.
func (d *Delivery) Release(ctx context.Context) error {
	return d.end(ctx, Event{Kind: Cancelled})
}

// Close ends the order because the caller cannot use its desktop, which it
// names in a message. It returns an error only if the order is still open.
func (d *Delivery) Close(ctx context.Context, reason string) error {
	err := d.end(ctx, Event{Kind: CloseAsked, Message: reason})
	if failed, ok := errors.AsType[*Error](err); ok && failed.Outcome.Kind == OutcomeFailed && !failed.Outcome.Open {
		return nil
	}
	return err
}

func (d *Delivery) end(ctx context.Context, e Event) error {
	defer d.release()
	step := d.run.proceed(ctx, e)
	if step.Kind == StepReturn && step.Outcome.Kind == OutcomeDelivered {
		d.run.l.removeReceived(d.step.Ref)
		return nil
	}
	return d.run.failed(step.Outcome)
}
