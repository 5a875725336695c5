package instances

import (
	"context"
	"slices"
	"time"
)

// planGrace is how long Terraform may take from the refresh of an object to its
// plan. Between the two, Terraform only validates the configuration of the
// object.
const planGrace = 10 * time.Second

// refreshed is an object that this walk has read.
type refreshed struct {
	owners  []string
	planned chan struct{}
	until   time.Time
}

// Refreshed records that this walk has read an object of these owners.
// Terraform then plans it with its prior state, unless it is tainted.
func (r *Registry) Refreshed(object string, owners ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.refreshes[object]; !ok {
		r.refreshes[object] = &refreshed{owners, make(chan struct{}), time.Now().Add(planGrace)}
	}
}

// Planned records that this walk has planned an object with its prior state.
func (r *Registry) Planned(object string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen, ok := r.refreshes[object]
	if !ok {
		return
	}
	if !seen.isPlanned() {
		close(seen.planned)
	}
}

func (r *refreshed) isPlanned() bool {
	select {
	case <-r.planned:
		return true
	default:
		return false
	}
}

// Unplanned returns the objects of an owner that this walk has read but not
// planned with their prior state. Terraform may be about to plan some of them,
// so Unplanned waits for each until it is planned or planGrace has passed.
func (r *Registry) Unplanned(ctx context.Context, owner string) []string {
	var unplanned []string
	for object, seen := range r.refreshedOf(owner) {
		grace, cancel := context.WithDeadline(ctx, seen.until)
		select {
		case <-seen.planned:
		case <-grace.Done():
		}
		cancel()
		if !seen.isPlanned() {
			unplanned = append(unplanned, object)
		}
	}
	if ctx.Err() != nil {
		return nil // The plan was interrupted.
	}
	slices.Sort(unplanned)
	return unplanned
}

func (r *Registry) refreshedOf(owner string) map[string]*refreshed {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := map[string]*refreshed{}
	for object, seen := range r.refreshes {
		if slices.Contains(seen.owners, owner) {
			of[object] = seen
		}
	}
	return of
}
