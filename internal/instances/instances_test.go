package instances_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
)

const thing = "usb_enable"

func TestRegistry_manageAndReset(t *testing.T) {
	t.Parallel()
	type step struct {
		call     string
		instance string
		want     bool
	}
	for name, steps := range map[string][]step{
		"one instance, planned twice":      {{"manage", "a", true}, {"manage", "a", true}},
		"a replacement":                    {{"reset", "a", true}, {"manage", "a", true}, {"reset", "a", true}},
		"two that manage":                  {{"manage", "a", true}, {"manage", "b", false}, {"manage", "a", true}},
		"two that are destroyed":           {{"reset", "a", true}, {"reset", "b", true}},
		"managed, then reset by another":   {{"manage", "a", true}, {"reset", "b", false}},
		"reset, then managed by another":   {{"reset", "a", true}, {"manage", "b", false}},
		"in an apply, a deposed object":    {{"manage", "b", true}, {"create", "b", true}, {"reset", "a", true}},
		"in an apply, a renamed resource":  {{"reset", "a", true}, {"create", "c", true}, {"manage", "b", true}},
		"in an apply, two that manage":     {{"create", "c", true}, {"manage", "a", true}, {"manage", "b", false}},
		"in an apply, planned after reset": {{"create", "c", true}, {"reset", "a", true}, {"manage", "a", true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := instances.New()
			for i, s := range steps {
				got := true
				switch s.call {
				case "manage":
					got = r.Manage(thing, s.instance)
				case "reset":
					got = r.Reset(thing, s.instance)
				case "create":
					r.Created(s.instance)
				}
				if got != s.want {
					t.Errorf("step %d, %s by %s: %t", i+1, s.call, s.instance, got)
				}
			}
			if !r.Manage("data_access", "z") {
				t.Error("a thing that nobody manages is refused")
			}
		})
	}
}

func TestRegistry_managed(t *testing.T) {
	t.Parallel()
	r := instances.New()
	r.Reset(thing, "a")
	if r.Managed(thing) {
		t.Error("a thing that is only reset counts as managed")
	}
	r.Manage(thing, "a")
	if !r.Managed(thing) {
		t.Error("a managed thing does not count as managed")
	}
	r.Created("a")
	if !r.WasCreated("a") || r.WasCreated("b") {
		t.Error("the instances that were created are others")
	}
	if r.Walk() == instances.New().Walk() {
		t.Error("two walks have one id")
	}
}

func TestRegistry_lock(t *testing.T) {
	t.Parallel()
	r := instances.New()
	unlock, err := r.Lock(t.Context(), thing)
	if err != nil {
		t.Fatal(err)
	}
	other, err := r.Lock(t.Context(), "data_access")
	if err != nil {
		t.Fatal(err)
	}
	other()
	cause := errors.New("interrupted")
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, cause)
	defer cancel()
	if _, err := r.Lock(ctx, thing); !errors.Is(err, cause) {
		t.Errorf("a second lock of one name: %v", err)
	}
	unlock()
	again, err := r.Lock(t.Context(), thing)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
