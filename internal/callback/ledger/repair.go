package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// View returns the View of a new List, for the commands.
func (l *Ledger) View(ctx context.Context) (*View, error) { return l.load(ctx) }

// Release lets the next apply resume an order. desktop is the result if no
// callback contained one.
func (l *Ledger) Release(ctx context.Context, ref string, desktop Desktop) error {
	return l.act(ctx, ref, func(o *Order) (Turn, error) { return Release(o, desktop) })
}

// CloseOrder ends an order without a desktop. It turns a stored callback into
// evidence without a password, and returns the desktop in it.
func (l *Ledger) CloseOrder(ctx context.Context, ref, reason string) (Desktop, error) {
	if err := l.act(ctx, ref, func(o *Order) (Turn, error) { return Close(o, reason) }); err != nil {
		return Desktop{}, err
	}
	v, err := l.load(ctx)
	if err != nil {
		return Desktop{}, err
	}
	o := v.Order(ref)
	if o == nil {
		return Desktop{}, nil
	}
	desktop, _ := o.Desktop()
	if o.ResultKey != "" {
		err = l.setAside(ctx, ref, reasonEnded, l.redact)
	}
	return desktop, err
}

// act writes the turn that decide returns for the order.
func (l *Ledger) act(ctx context.Context, ref string, decide func(*Order) (Turn, error)) error {
	nonce := rand.Text()
	for {
		v, err := l.load(ctx)
		if err != nil {
			return err
		}
		o := v.Order(ref)
		turn, err := decide(o)
		if err != nil {
			return err
		}
		turn.Process, turn.Nonce = l.cfg.Process, nonce
		won, err := l.write(ctx, TurnKey(ref, len(o.Turns)+1), encode(turn))
		if err != nil {
			return fmt.Errorf("order %s is unchanged, or its change cannot be seen yet: %w", ref, err)
		}
		if won {
			return nil
		}
	}
}

// clean deletes the keys of ended orders: their callbacks immediately, the
// other keys after SweepAfter. If it fails, the next apply does it.
func (l *Ledger) clean(ctx context.Context) {
	err := l.Sweep(ctx)
	if err != nil {
		l.log.WarnContext(ctx, "unable to clean the inbox", "error", err)
	}
}

// Sweep deletes the keys of ended orders.
func (l *Ledger) Sweep(ctx context.Context) error {
	v, err := l.load(ctx)
	if err != nil {
		return err
	}
	for _, left := range Leftovers(v) {
		if left.Keep {
			err = l.setAside(ctx, left.Ref, reasonEnded, l.redact)
		} else {
			err = l.cfg.Store.Delete(ctx, left.ResultKey)
		}
		if err != nil {
			return err
		}
	}
	list, err := l.cfg.Store.List(ctx, "")
	if err != nil {
		return err
	}
	if keys := Sweep(v, items(v, list)); len(keys) > 0 {
		return l.cfg.Store.Delete(ctx, keys...)
	}
	return nil
}

// items returns the keys of a listing that belong to no order.
func items(v *View, list inbox.Listing) []Item {
	var found []Item
	for _, entry := range list.Entries {
		item := Item{Key: entry.Key, Modified: entry.Modified}
		segments := strings.Split(entry.Key, "/")
		switch prefix := segments[0] + "/"; {
		case prefix == inbox.ProcessPrefix && len(segments) == 2:
			item.Process = segments[1]
		case (prefix == TermPrefix || prefix == BaselinePrefix) && len(segments) >= 3:
			item.Scope = segments[1]
			item.Term, _ = strconv.Atoi(segments[2])
		case prefix == ResultPrefix && !v.hasResult(entry.Key):
		default:
			continue
		}
		found = append(found, item)
	}
	return found
}

func (v *View) hasResult(key string) bool {
	for i := range v.Orders {
		if ResultKey(v.Orders[i].Ref) == key {
			return true
		}
	}
	return false
}
