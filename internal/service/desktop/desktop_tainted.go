package desktop

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// Terraform plans a tainted desktop like a new one, without its prior state and
// private state. But it refreshes the desktop first, and it plans all other
// refreshed desktops with their prior state. So a desktop that is refreshed but
// not planned with its prior state is tainted, unless an error stopped its plan
// or a removed block removes it from the state.

// refreshed records a desktop that stays in the state and must not be destroyed.
func (r *desktopResource) refreshed(state desktopModel) {
	if r.instances == nil || state.DeletionPolicy.ValueString() != deletionPrevent {
		return
	}
	username := state.Username.ValueString()
	owners := []string{"user " + username}
	if !state.UserGroup.IsNull() {
		owners = append(owners, "group "+state.UserGroup.ValueString())
	}
	if i := strings.LastIndex(username, "_"); i > 0 && isMember(username, username[:i]) {
		owners = append(owners, "group "+username[:i])
	}
	r.instances.Refreshed(state.prior().String(), owners...)
}

// planned records a desktop that is planned with its prior state.
func (r *desktopResource) planned(state desktopModel) {
	if r.instances != nil {
		r.instances.Planned(state.prior().String())
	}
}

// checkTainted returns an error for a new desktop that may replace a tainted
// desktop of the same user or group that must not be destroyed. A group or user
// that is not known yet may be any, so it is not compared.
func (r *desktopResource) checkTainted(ctx context.Context, plan desktopModel) diag.Diagnostics {
	if r.instances == nil {
		return nil
	}
	owner := "group " + plan.UserGroup.ValueString()
	if plan.UserGroup.IsNull() {
		owner = "user " + plan.Username.ValueString()
	}
	var diags diag.Diagnostics
	for _, tainted := range r.instances.Unplanned(ctx, owner) {
		diags.Append(diagnose.AttributeError(path.Root("deletion_policy"), "Desktop Must Not Be Destroyed",
			fmt.Sprintf("The plan orders a new desktop for %s, and %s has deletion_policy = %q and seems to be tainted, so the new desktop would replace it. "+
				"To keep it, run: terraform untaint ADDRESS. To replace it nevertheless, untaint it, apply with %q or %q, and then use -replace. "+
				"If a removed block removes it from the state, apply that block first, without new desktops. If the plan shows other errors, correct them first.",
				owner, tainted, deletionPrevent, deletionAbandon, deletionRevoke)))
	}
	return diags
}
