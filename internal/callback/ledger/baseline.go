package ledger

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// baselineCall lets a process list the desktops of a group only once.
type baselineCall struct {
	turn chan struct{} // Full while a Create lists the desktops.
	done bool
}

// ensureBaseline stores the desktops that exist before the first order of a
// group in this process.
func (l *Ledger) ensureBaseline(ctx context.Context, req Request) error {
	key := baselineKey(l.cfg.Scope, l.self.Term, req.Kind)
	stored, _ := l.baselines.LoadOrStore(key, &baselineCall{turn: make(chan struct{}, 1)})
	call, _ := stored.(*baselineCall) // The map holds no other type.
	call.turn <- struct{}{}
	defer func() { <-call.turn }()
	if call.done {
		return nil
	}
	desktops, err := req.List(ctx)
	if err != nil {
		return err
	}
	if _, err := l.write(ctx, key, encode(Baseline{Name: req.Name(), Desktops: desktops})); err != nil {
		return err
	}
	call.done = true
	return nil
}

// candidates returns the desktops in now that are not in the oldest baseline.
func (l *Ledger) candidates(ctx context.Context, kind Kind, ref string, now []Desktop) ([]Desktop, error) {
	v, err := l.load(ctx)
	if err != nil {
		return nil, err
	}
	var before Baseline
	if scope, term, found := OldestBaseline(v, kind); found {
		value, err := l.cfg.Store.Get(ctx, baselineKey(scope, term, kind))
		if err != nil && !errors.Is(err, inbox.ErrNotExist) {
			return nil, err
		}
		if err == nil && json.Unmarshal(value, &before) != nil {
			return nil, errors.New("the inbox's list of the desktops that existed before the order cannot be read")
		}
	}
	return Candidates(v, ref, before.Desktops, now), nil
}
