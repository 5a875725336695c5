package instances_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
)

const object = "usb_enable"

func TestRegistry_manage(t *testing.T) {
	t.Parallel()
	r := instances.New()
	for i, step := range []struct {
		instance string
		want     bool
	}{{"a", true}, {"a", true}, {"b", false}, {"a", true}} {
		if got := r.Manage(object, step.instance); got != step.want {
			t.Errorf("step %d, by %s: %t", i+1, step.instance, got)
		}
	}
	if !r.Managed(object) || r.Managed("data_access") {
		t.Error("Managed returns wrong results")
	}
	if !r.Manage("data_access", "z") {
		t.Error("an object without a manager is refused")
	}
}

func TestRegistry_reset(t *testing.T) {
	t.Parallel()
	r := instances.New()
	r.Reset(object, "a")
	if r.ResetByOther(object, "a") || !r.ResetByOther(object, "b") || r.ResetByOther("data_access", "b") {
		t.Error("ResetByOther returns wrong results")
	}
	if r.Managed(object) {
		t.Error("an object that is only reset counts as managed")
	}
}

func TestRegistry_walk(t *testing.T) {
	t.Parallel()
	if r := instances.New(); r.Walk() == instances.New().Walk() {
		t.Error("two walks have one id")
	}
}

func TestRegistry_lock(t *testing.T) {
	t.Parallel()
	r := instances.New()
	unlock, err := r.Lock(t.Context(), object)
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
	if _, err := r.Lock(ctx, object); !errors.Is(err, cause) {
		t.Errorf("a second lock of one name: %v", err)
	}
	unlock()
	again, err := r.Lock(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
