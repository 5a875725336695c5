package desktop

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// ModifyPlan returns errors at plan time that would otherwise occur only in the
// apply. PlanUnchanged does the same for unchanged desktops. A new check here
// must be added there too, or PlanUnchanged must return false.
func (r *desktopResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, plan, state desktopModel
	create, destroy := req.State.Raw.IsNull(), req.Plan.Raw.IsNull()
	if !create {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if !destroy {
		resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !create && !destroy {
		resp.RequiresReplace = replacements(config, plan, state)
	}
	replace := len(resp.RequiresReplace) > 0
	if create {
		resp.Diagnostics.Append(r.checkTainted(ctx, plan)...)
	} else {
		r.planned(state)
		resp.Diagnostics.Append(r.confirmOrder(ctx, state, req.Private)...)
	}
	resp.Diagnostics.Append(r.planPrior(ctx, req, resp, state, destroy || replace)...)
	if destroy || resp.Diagnostics.HasError() {
		return
	}
	if plan.planPassword(state) {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
	if !create && !replace {
		resp.Diagnostics.Append(plan.checkRecipient(state)...)
	}
	if create || replace {
		state = desktopModel{}
	}
	if r.client == nil || r.client.Available() != nil {
		return
	}
	if create {
		resp.Diagnostics.Append(r.checkState(ctx)...)
	}
	if create || replace {
		resp.Diagnostics.Append(r.noticeOrders(ctx, plan)...)
	}
	resp.Diagnostics.Append(checkOS(plan, create, r.client.OperatingSystems())...)
	resp.Diagnostics.Append(checkGroup(plan, state)...)
	if create || plan.resizeInput("", state.sizes) != (desktop.ResizeInput{}) {
		resp.Diagnostics.Append(checkCallback(r.client)...)
	}
	if !create && !replace {
		resp.Diagnostics.Append(r.checkDisk(ctx, plan, state)...)
	}
}

// planPrior checks whether the prior desktop may be destroyed. It stores that
// desktop in the private state for the second plan call of a replacement.
func (r *desktopResource) planPrior(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, state desktopModel, destroys bool) diag.Diagnostics {
	prior, diags := state.prior(), diag.Diagnostics(nil)
	if req.State.Raw.IsNull() {
		prior, diags = getPrivate[priorDesktop](ctx, req.Private, priorKey)
		if prior == (priorDesktop{}) || diags.HasError() {
			return diags
		}
		if destroys = !prior.Warned; destroys {
			diags.Append(r.checkDestroy(ctx, prior))
		}
		diags.Append(setPrivate(ctx, resp.Private, priorKey, priorDesktop{})...)
		return diags
	}
	if destroys {
		prior.Warned = true
		diags.Append(r.checkDestroy(ctx, prior))
	}
	diags.Append(setPrivate(ctx, resp.Private, priorKey, prior)...)
	return diags
}

// replacements returns the attributes whose change forces a new desktop. A null
// prior value is ignored, because the service does not report the values of an
// imported desktop. Removing a value from the configuration does not force a
// new desktop.
func replacements(config, plan, state desktopModel) path.Paths {
	var paths path.Paths
	for name, value := range map[string]struct{ config, plan, state types.String }{
		"user_group": {config.UserGroup, plan.UserGroup, state.UserGroup},
		"username":   {config.Username, plan.Username, state.Username},
		"os":         {config.OS, plan.OS, state.OS},
	} {
		if !value.state.IsNull() && !value.config.IsNull() && !value.plan.Equal(value.state) {
			paths.Append(path.Root(name))
		}
	}
	return paths
}

func checkOS(plan desktopModel, create bool, offered []string) diag.Diagnostics {
	list := strings.Join(offered, ", ")
	switch {
	case plan.OS.IsNull() && create:
		return diag.Diagnostics{diagnose.AttributeError(path.Root("os"), "Missing Operating System",
			"A desktop cannot be ordered without an operating system. Write one of: "+list+".")}
	case plan.OS.IsNull() || plan.OS.IsUnknown() || slices.Contains(offered, plan.OS.ValueString()):
		return nil
	}
	return diag.Diagnostics{diagnose.AttributeError(path.Root("os"), "Operating System Not Offered",
		fmt.Sprintf("%q is not offered. Write one of: %s. If the deployment does offer it, add it to operating_systems in the provider's desktop block.", plan.OS.ValueString(), list))}
}

// checkGroup checks that the user of an imported desktop belongs to the
// configured group.
func checkGroup(plan, state desktopModel) diag.Diagnostics {
	if state.Username.IsNull() || !state.UserGroup.IsNull() || plan.UserGroup.IsNull() || plan.UserGroup.IsUnknown() {
		return nil
	}
	group, user := plan.UserGroup.ValueString(), state.Username.ValueString()
	if isMember(user, group) {
		return nil
	}
	return diag.Diagnostics{diagnose.AttributeError(path.Root("user_group"), "User Is Not in This Group",
		fmt.Sprintf("The desktop belongs to user %q, who is not one of %s_01, %s_02, and so on. "+
			"Write the right group, or username = %q instead; -replace orders a new desktop.", user, group, group, user))}
}

// isMember reports whether a user name has the form that the service uses for a
// group.
func isMember(user, group string) bool {
	number, ok := strings.CutPrefix(user, group+"_")
	return ok && twoDigits.MatchString(number)
}

var twoDigits = regexp.MustCompile(`^[0-9]{2,}$`)

// checkDisk returns an error for a disk that shrinks. If the disk is not
// managed yet, it reads the current size.
func (r *desktopResource) checkDisk(ctx context.Context, plan, state desktopModel) diag.Diagnostics {
	if plan.DiskGiB.IsNull() || plan.DiskGiB.IsUnknown() || plan.DiskGiB.Equal(state.DiskGiB) {
		return nil
	}
	if state.DiskGiB.IsNull() {
		ctx, cancel := diagnose.WithTimeout(ctx, requestTimeout)
		defer cancel()
		volumes, err := r.client.Volumes(ctx, state.DesktopUUID.ValueString())
		if err != nil {
			return diag.Diagnostics{diagnose.Error("Read Volumes of Desktop", err)}
		}
		state.DiskGiB = plan.DiskGiB
		state.fromVolumes(volumes)
	}
	if plan.DiskGiB.ValueInt64() >= state.DiskGiB.ValueInt64() {
		return nil
	}
	return diag.Diagnostics{diagnose.AttributeError(path.Root("disk_gib"), "Disk Cannot Shrink",
		fmt.Sprintf("The disk has %d GiB and can only grow. Write %d or more.", state.DiskGiB.ValueInt64(), state.DiskGiB.ValueInt64()))}
}
