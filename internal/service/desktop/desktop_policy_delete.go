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

// planDestroy stores for Delete in which walk the destruction was planned, and
// which values another instance of this walk manages.
func (r *desktopPolicyResource) planDestroy(ctx context.Context, state desktopPolicyModel, instance string, to privateWriter) diag.Diagnostics {
	var shared []string
	for _, name := range slices.Sorted(maps.Keys(state.managed())) {
		value := state.valueOf(name)
		if r.instances.Managed(value) {
			shared = append(shared, name)
		} else if state.resets() {
			r.instances.Reset(value, instance)
		}
	}
	diags := setPrivate(ctx, to, sharedKey, strings.Join(shared, ","))
	diags.Append(setPrivate(ctx, to, walkKey, r.instances.Walk())...)
	return diags
}

func (r *desktopPolicyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state desktopPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, policyTimeout)
	resp.Diagnostics.Append(diags...)
	deposed, diags := r.isDeposed(ctx, req.Private)
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
	if deposed {
		resp.Diagnostics.Append(r.leaveDeposed(state)...)
		return
	}
	if err := r.reset(ctx, state, strings.Split(shared, ",")); err != nil {
		resp.Diagnostics.Append(diagnose.Error("Reset Policy of "+state.owner(), diagnose.WithHint(err,
			`To leave the policy as it is, apply with deletion_policy = "abandon" first, or remove the resource from the state with a removed block.`)))
	}
}

// reset turns off the managed values that no other instance manages.
func (r *desktopPolicyResource) reset(ctx context.Context, state desktopPolicyModel, shared []string) error {
	unlock, err := r.instances.Lock(ctx, state.scope())
	if err != nil {
		return err
	}
	defer unlock()
	names := slices.DeleteFunc(r.unmanaged(state), func(name string) bool { return slices.Contains(shared, name) })
	if len(names) == 0 {
		return nil
	}
	return r.client.UpdatePolicy(ctx, state.off(names).input())
}

// unmanaged returns the names of the values of state that no instance of this
// walk manages.
func (r *desktopPolicyResource) unmanaged(state desktopPolicyModel) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(state.managed())), func(name string) bool {
		return r.instances.Managed(state.valueOf(name))
	})
}

// isDeposed reports whether an object is deposed. An apply plans the
// destruction of a deposed object again, but not that of a current object.
func (r *desktopPolicyResource) isDeposed(ctx context.Context, private privateReader) (bool, diag.Diagnostics) {
	walk, diags := getPrivate[string](ctx, private, walkKey)
	return walk == r.instances.Walk(), diags
}

// leaveDeposed warns which values of a deposed policy are not reset. The
// provider cannot know whether this apply or an earlier one has replaced the
// object, and an apply does not plan unchanged objects. So the current object
// of the address may manage the values, and a reset could undo its settings.
func (r *desktopPolicyResource) leaveDeposed(state desktopPolicyModel) diag.Diagnostics {
	left := r.unmanaged(state)
	if len(left) == 0 {
		return nil
	}
	return diag.Diagnostics{diagnose.Warn("Policy Is Not Reset",
		fmt.Sprintf("This policy of %s was replaced, and its new object was created first. When the provider destroys the former object, it cannot know whether another resource manages %s, "+
			"so it leaves the policy as it is. To turn a value off, set it to false in a resource that manages it.",
			state.owner(), strings.Join(left, " and ")))}
}
