package desktop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// planDestroy leaves to Delete in which walk the destruction was planned, and
// which values another instance manages as far as this walk knows by now.
func (r *desktopPolicyResource) planDestroy(ctx context.Context, state desktopPolicyModel, instance string, from privateReader, to privateWriter) diag.Diagnostics {
	left, diags := getPrivate[bool](ctx, from, deposedKey)
	var shared []string
	for _, name := range slices.Sorted(maps.Keys(state.managed())) {
		value := state.valueOf(name)
		if r.instances.Managed(value) {
			shared = append(shared, name)
		} else if state.resets() && !left {
			r.instances.Reset(value, instance)
		}
	}
	diags.Append(setPrivate(ctx, to, sharedKey, strings.Join(shared, ","))...)
	diags.Append(setPrivate(ctx, to, walkKey, r.instances.Walk())...)
	return diags
}

func (r *desktopPolicyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state desktopPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, policyTimeout)
	resp.Diagnostics.Append(diags...)
	deposed, known, diags := r.isDeposed(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	shared, diags := getPrivate[string](ctx, req.Private, sharedKey)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if !state.resets() {
		resp.Diagnostics.Append(diagnose.Warn("Policy Is Not Reset",
			"The policy of "+state.owner()+" stays as it is; Terraform no longer manages it."))
		return
	}
	if !known {
		resp.Diagnostics.Append(diagnose.Warn("Policy Is Not Reset",
			fmt.Sprintf("An earlier apply replaced this policy of %s and could not destroy it. The provider cannot know whether another resource manages %s now, so it leaves the policy as it is. "+
				"To turn a value off, set it to false in the resource that manages it.",
				state.owner(), strings.Join(slices.Sorted(maps.Keys(state.managed())), " and "))))
		return
	}
	if err := r.reset(ctx, state, strings.Split(shared, ",")); err != nil {
		resp.Diagnostics.Append(setPrivate(ctx, resp.Private, deposedKey, deposed)...)
		resp.Diagnostics.Append(diagnose.Error("Reset Policy of "+state.owner(), diagnose.WithHint(err,
			`To leave the policy as it is, apply with deletion_policy = "abandon" first, or remove the resource from the state with a removed block.`)))
	}
}

// reset turns the managed values off that no other instance manages.
func (r *desktopPolicyResource) reset(ctx context.Context, state desktopPolicyModel, shared []string) error {
	unlock, err := r.instances.Lock(ctx, state.scope())
	if err != nil {
		return err
	}
	defer unlock()
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(state.managed())), func(name string) bool {
		return slices.Contains(shared, name) || r.instances.Managed(state.valueOf(name))
	})
	if len(names) == 0 {
		return nil
	}
	return r.client.UpdatePolicy(ctx, state.off(names).input())
}

// isDeposed reports whether an object is deposed: an apply plans the destruction
// of a deposed object again, and that of a current object never. known is whether
// this walk can know what else manages its values. An apply does not plan an
// object that does not change, so it knows nothing of the current object of the
// address, unless it creates that object itself before it destroys the deposed one.
func (r *desktopPolicyResource) isDeposed(ctx context.Context, private privateReader) (deposed, known bool, diags diag.Diagnostics) {
	walk, diags := getPrivate[string](ctx, private, walkKey)
	left, more := getPrivate[bool](ctx, private, deposedKey)
	diags.Append(more...)
	deposed = walk == r.instances.Walk()
	return deposed, !left && (!deposed || r.instances.HasCreated()), diags
}
