package ledger

import (
	"context"
	"crypto/rand"
)

// Planned returns the View for plans. All Read and PlanResourceChange calls of
// this process share one List.
func (l *Ledger) Planned(ctx context.Context) (*View, error) {
	l.mu.Lock()
	f := l.once
	first := f == nil
	if first {
		f = &flight{done: make(chan struct{})}
		l.once = f
	}
	l.mu.Unlock()
	if first {
		f.view, f.err = l.load(context.WithoutCancel(ctx))
		close(f.done)
	}
	select {
	case <-f.done:
		return f.view, f.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Confirm records that a saved state contains the desktop of an order, and
// deletes the other keys of the order. It writes nothing if this has already
// been done. A plan calls it twice for each desktop, in Read and in
// PlanResourceChange, with a List from before the first call.
func (l *Ledger) Confirm(ctx context.Context, ref Reference) error {
	if l.Confirmed(ref.Ref) {
		return nil
	}
	v, err := l.Planned(ctx)
	if err != nil {
		return err
	}
	self := l.self
	self.Nonce = rand.Text()
	for _, todo := range Confirm(v, []Reference{ref}, self) {
		if err := l.confirm(ctx, todo); err != nil {
			return err
		}
	}
	l.confirmed.Store(ref.Ref, true)
	return nil
}

// Confirmed reports whether Confirm has succeeded for an order in this process.
func (l *Ledger) Confirmed(ref string) bool {
	_, ok := l.confirmed.Load(ref)
	return ok
}

func (l *Ledger) confirm(ctx context.Context, todo Confirmation) error {
	for todo.Turn != nil {
		won, err := l.cfg.Store.Create(ctx, TurnKey(todo.Ref, todo.N), encode(todo.Turn))
		if err != nil {
			return err
		}
		if won {
			break
		}
		// Another process has acted in the meantime.
		v, err := l.load(ctx)
		if err != nil {
			return err
		}
		again := Confirm(v, []Reference{{Ref: todo.Ref, Desktop: Desktop{todo.Turn.Username, todo.Turn.UUID}}},
			Self{Process: todo.Turn.Process, Terraform: todo.Turn.Terraform, Nonce: todo.Turn.Nonce})
		if len(again) == 0 {
			return nil
		}
		todo = again[0]
	}
	return l.cfg.Store.Delete(ctx, todo.Delete...)
}
