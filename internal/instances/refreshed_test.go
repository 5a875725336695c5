package instances_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
)

func TestRegistry_unplanned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := instances.New()
		r.Planned("never read")
		r.Refreshed("first", "dev_01", "dev")
		r.Refreshed("tainted", "dev_02", "dev")
		r.Refreshed("late", "dev_03", "dev")
		r.Refreshed("of others", "ops_01", "ops")
		r.Planned("first")
		r.Planned("first") // A replacement plans an object twice.
		go func() {
			time.Sleep(time.Second)
			r.Planned("late")
		}()
		if got := r.Unplanned(t.Context(), "qa"); got != nil {
			t.Errorf("an owner without objects has %q", got)
		}
		if got := r.Unplanned(t.Context(), "dev"); !slices.Equal(got, []string{"tainted"}) {
			t.Errorf("got %q", got)
		}
		interrupted, cancel := context.WithCancel(t.Context())
		cancel()
		if got := r.Unplanned(interrupted, "dev"); got != nil {
			t.Errorf("an interrupted plan knows of %q", got)
		}
		// A later call does not wait for the same object again.
		start := time.Now()
		if got := r.Unplanned(t.Context(), "dev_02"); !slices.Equal(got, []string{"tainted"}) || time.Since(start) != 0 {
			t.Errorf("got %q after %v", got, time.Since(start))
		}
	})
}
