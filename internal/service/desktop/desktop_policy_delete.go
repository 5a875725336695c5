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

func (r *desktopPolicyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state desktopPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	deposed, diags := r.isOldDeposed(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	timeout, diags := state.Timeouts.Delete(ctx, policyTimeout)
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
	kept, err := r.reset(ctx, state, deposed)
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("Reset Policy of "+state.owner(), diagnose.WithHint(err,
			`To leave the policy as it is, apply with deletion_policy = "abandon" first, or remove the resource from the state with a removed block.`)))
		return
	}
	if len(kept) > 0 {
		resp.Diagnostics.Append(diagnose.Warn("Policy Is Not Reset",
			fmt.Sprintf("An earlier apply replaced this policy of %s and could not destroy it. The provider cannot know whether another resource manages %s now, so it leaves that as it is. "+
				"To turn it off, set it to false in the resource that manages it.", state.owner(), strings.Join(kept, " and "))))
	}
}

// reset turns the managed values off that no other instance manages. It returns
// those that it leaves because it cannot know whether one does.
func (r *desktopPolicyResource) reset(ctx context.Context, state desktopPolicyModel, deposed bool) (kept []string, err error) {
	unlock, err := r.instances.Lock(ctx, state.scope())
	if err != nil {
		return nil, err
	}
	defer unlock()
	names := slices.Sorted(maps.Keys(state.managed()))
	names = slices.DeleteFunc(names, func(name string) bool { return r.instances.Managed(state.valueOf(name)) })
	if deposed {
		return names, nil
	}
	if len(names) == 0 {
		return nil, nil
	}
	return nil, r.client.UpdatePolicy(ctx, state.off(names).input())
}

// isOldDeposed reports a deposed object that an earlier apply left. An apply
// plans the destruction of a deposed object again, and that of a current object
// never. It does not plan the current object of the address if that does not
// change, so nobody knows what it manages. Only an apply that also creates that
// current object knows.
func (r *desktopPolicyResource) isOldDeposed(ctx context.Context, private privateReader) (bool, diag.Diagnostics) {
	walk, diags := getPrivate[string](ctx, private, walkKey)
	instance, more := getPrivate[string](ctx, private, instanceKey)
	diags.Append(more...)
	return walk == r.instances.Walk() && !r.instances.WasCreated(instance), diags
}
