package callback

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// observe handles the outcome of each callback that this process received.
func (r *Receiver) observe(event receiver.Event) {
	r.mu.Lock()
	p, own := r.pending[event.ID.Hash()]
	l := r.ledger
	r.mu.Unlock()
	if l != nil && event.ID.Kind() == id.Order {
		notifyOrder(l, event)
	}
	if !own {
		r.log.Debug("callback of another process", "call", event.ID)
	}
	if p == nil {
		return
	}
	switch event.Outcome {
	case receiver.Unstored:
		p.mu.Lock()
		p.unstored = append(p.unstored, event.Body)
		p.mu.Unlock()
	case receiver.NotFinal:
		p.note(event.Reason)
	case receiver.Refused:
		p.note(refusedPrefix + event.Reason)
	case receiver.Stored, receiver.Ended, receiver.Probed:
	}
	p.notify()
}

// notifyOrder passes a callback to the order that waits for it in this process,
// even if the callback could not be stored.
func notifyOrder(l *ledger.Ledger, event receiver.Event) {
	switch event.Outcome {
	case receiver.Unstored:
		if receiver.NotFinalReason(id.Order, event.Body) == "" {
			l.Receive(event.ID.Ref(), event.Body)
		}
	case receiver.Stored:
		l.Wake()
	case receiver.NotFinal, receiver.Ended, receiver.Refused, receiver.Probed:
	}
}

// ended reports whether the call of an id has ended, so that it accepts no
// result.
func (r *Receiver) ended(ctx context.Context, in receiver.Inbox, made id.ID) (bool, error) {
	r.mu.Lock()
	p, own := r.pending[made.Hash()]
	r.mu.Unlock()
	if own && p == nil {
		return true, nil
	}
	if r.config.Ended == nil {
		return false, nil
	}
	return r.config.Ended(ctx, in.Store, made)
}

func (r *Receiver) open(value []byte) ([]byte, error) {
	if r.config.Unseal == nil {
		return value, nil
	}
	return r.config.Unseal(value)
}

// notify makes Wait look for a result.
func (p *Pending) notify() {
	select {
	case p.news <- struct{}{}:
	default: // Wait has not read the last notification yet.
	}
}

func (p *Pending) takeUnstored() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	unstored := p.unstored
	p.unstored = nil
	return unstored
}

func (p *Pending) note(reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rejected = append(p.rejected, reason)
}

func (p *Pending) noted() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.rejected)
}

// rejections returns the reasons of the callbacks that this process refused,
// and of those that are not final, whichever process received them.
func (p *Pending) rejections(ctx context.Context) []string {
	noted := p.noted()
	all, err := receiver.ReadEvidence(ctx, p.receiver.store, p.ref)
	if err != nil {
		return noted
	}
	reasons := slices.DeleteFunc(noted, func(reason string) bool { return !strings.HasPrefix(reason, refusedPrefix) })
	for _, evidence := range all {
		reasons = append(reasons, evidence.Reason)
	}
	return reasons
}

// refusedPrefix is the start of the reasons of callbacks that were not stored.
const refusedPrefix = "refused, because "

// summarize says how many callbacks arrived that are not a result, and why.
func summarize(reasons []string) string {
	if len(reasons) == 0 {
		return ""
	}
	counts := map[string]int{}
	for _, reason := range reasons {
		counts[reason]++
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[reason]; n > 1 {
			reason = fmt.Sprintf("%s (%d times)", reason, n)
		}
		parts = append(parts, reason)
	}
	subject := "one callback arrived that is not the result: "
	if len(reasons) > 1 {
		subject = fmt.Sprintf("%d callbacks arrived that are not the result: ", len(reasons))
	}
	return subject + strings.Join(parts, "; ")
}

// watch looks for results that other processes received, until every caller has
// called done.
func (r *Receiver) watch(ctx context.Context) (done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting++; r.waiting == 1 {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r.stopPoll = cancel
		go r.poll(ctx)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.waiting--; r.waiting == 0 {
			r.stopPoll()
		}
	}
}

// poll lists the results of all calls with one request, because requests to a
// bucket cost money.
func (r *Receiver) poll(ctx context.Context) {
	var seen string
	for r.pollWait(ctx, &seen) {
		listing, err := r.store.List(ctx, receiver.ResultPrefix)
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "unable to look for results in the inbox", "error", err)
		}
		for _, entry := range listing.Entries {
			r.mu.Lock()
			p := r.pending[strings.TrimPrefix(entry.Key, receiver.ResultPrefix)]
			r.mu.Unlock()
			if p != nil {
				p.notify()
			}
		}
	}
}

// pollWait waits until the next look, and reports false if ctx has ended. If
// the inbox can wait for a change, it needs no polling.
func (r *Receiver) pollWait(ctx context.Context, seen *string) bool {
	if waiter, ok := r.store.(inbox.Waiter); ok {
		now, err := waiter.Wait(ctx, receiver.ResultPrefix, *seen)
		if err == nil {
			*seen = now
			return ctx.Err() == nil
		}
	}
	timer := time.NewTimer(pollInterval)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
