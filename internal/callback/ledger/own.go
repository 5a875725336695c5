package ledger

import (
	"context"
	"slices"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// view returns a View for the next decision of a Create. last is its last View,
// or nil.
//
// Its first look may use a List that began before the Create, because the Create
// could also have begun earlier and been suspended after that List. While it
// continues with its own order, that order is enough.
func (l *Ledger) view(ctx context.Context, c *Create, last *View) (*View, error) {
	if last == nil {
		return l.recent(ctx)
	}
	if v, err := l.ownView(ctx, c); err == nil && v != nil && c.continues(v) {
		return v, nil
	}
	return l.load(ctx)
}

// continues reports whether the Create sends its order, waits for it or changes
// its desktop after this View. All other decisions require a complete View.
func (c *Create) continues(v *View) bool {
	copied := *c
	switch step := copied.Next(Event{Kind: Viewed, View: v}); step.Kind { //nolint:exhaustive // No other step continues.
	case StepSend, StepWatch, StepReady:
		return true
	case StepWrite:
		return step.Write.Kind == WriteDisk
	}
	return false
}

// ownView returns a View of only the order that c holds. It returns nil if the
// next decision of c depends on other orders: a first look does, and so does a
// result, because a desktop is the result of only one order.
func (l *Ledger) ownView(ctx context.Context, c *Create) (*View, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	prefixes := []string{orderKey(c.ref, "")}
	switch c.phase { //nolint:exhaustive // The other phases need a complete View.
	case phaseCheck:
		// The second look. A term that this List misses was taken after the intent
		// was written, so the first look of its process sees the intent.
		prefixes = slices.Insert(prefixes, 0, TermPrefix+id.ScopeHash(l.cfg.Scope)+"/")
	case phaseWait:
		if value, err := l.body(ctx, c.ref); value != nil || err != nil {
			return nil, err
		}
	case phaseStepRead:
	default:
		return nil, nil
	}
	var list inbox.Listing
	for _, prefix := range prefixes {
		found, err := l.cfg.Store.List(ctx, prefix)
		if err != nil {
			return nil, err
		}
		list.Now, list.Entries = found.Now, append(list.Entries, found.Entries...)
	}
	slices.SortFunc(list.Entries, func(a, b inbox.Entry) int { return compareKey(a, b.Key) })
	reader := Reader{Scope: l.cfg.Scope, Value: func(entry inbox.Entry) ([]byte, error) { return l.value(ctx, entry) }, Opens: l.cfg.Opens}
	return reader.View(list)
}
