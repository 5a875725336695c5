package desktop

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
)

// The keys of the private state.
const (
	// instanceKey holds the id of a resource instance.
	instanceKey = "instance"
	// walkKey holds the walk in which the destruction of an object was planned.
	walkKey = "walk"
	// sharedKey holds the values of a policy that its destruction must not reset.
	sharedKey = "shared"
	// priorKey holds the desktop that a replacement would replace.
	priorKey = "prior"
	// unappliedKey holds the attributes that Create stored but did not apply.
	unappliedKey = "unapplied"
	// orderKey holds the reference to the order of the desktop.
	orderKey = "order"
)

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// setPrivate stores a value, and removes the key for a zero value.
func setPrivate[T comparable](ctx context.Context, to privateWriter, key string, value T) diag.Diagnostics {
	var zero T
	if value == zero {
		return to.SetKey(ctx, key, nil)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return diag.Diagnostics{diagnose.Error("Write Private State", err)}
	}
	return to.SetKey(ctx, key, encoded)
}

// getPrivate returns a stored value, or the zero value.
func getPrivate[T comparable](ctx context.Context, from privateReader, key string) (T, diag.Diagnostics) {
	var value T
	encoded, diags := from.GetKey(ctx, key)
	if len(encoded) == 0 || diags.HasError() {
		return value, diags
	}
	if err := json.Unmarshal(encoded, &value); err != nil {
		diags.Append(diagnose.Error("Read Private State", fmt.Errorf("its key %q cannot be understood: %w", key, err)))
	}
	return value, diags
}

// planInstance returns the id of the planned instance, and creates one for a
// new instance. Both plan calls of a replacement have the same id, because
// Terraform passes the planned private state of the first call to the second.
// In the apply, the new object gets another id.
func planInstance(ctx context.Context, from privateReader, to privateWriter) (string, diag.Diagnostics) {
	id, diags := getPrivate[string](ctx, from, instanceKey)
	if id != "" || diags.HasError() {
		return id, diags
	}
	id = instances.NewID()
	diags.Append(setPrivate(ctx, to, instanceKey, id)...)
	return id, diags
}
