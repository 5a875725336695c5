package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// baselineCall lists the desktops of one group once in a process.
type baselineCall struct {
	mu   sync.Mutex
	done bool
}

// ensureBaseline stores what exists before the first order of a group.
func (l *Ledger) ensureBaseline(ctx context.Context, req Request) error {
	key := baselineKey(l.cfg.Scope, l.self.Term, req.Kind)
	stored, _ := l.baselines.LoadOrStore(key, &baselineCall{})
	call, _ := stored.(*baselineCall) // Nothing else is stored.
	call.mu.Lock()
	defer call.mu.Unlock()
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

// candidates compares what exists with the oldest baseline.
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
