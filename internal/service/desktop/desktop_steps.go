package desktop

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// setUp resizes a new desktop and sets its password. If a step fails, it
// returns a warning, so that the desktop is not tainted, and the attributes
// that are not applied. It returns an error if another apply has taken over the
// order.
func (r *desktopResource) setUp(ctx context.Context, plan desktopModel, password types.String, ordered *desktop.Order) (failed unapplied, diags diag.Diagnostics, err error) {
	got := ordered.Result
	if err := ordered.BeforeGrow(ctx, plan.DiskGiB.ValueInt64()); err != nil {
		return failed, diags, err
	}
	if err := r.resize(ctx, got.DesktopUUID, plan.sizes, sizes{}); err != nil {
		failed.Sizes = true
		diags.Append(diagnose.Warning("Resize Desktop", err, retryNote(got)))
	}
	if password.IsNull() {
		return failed, diags, nil
	}
	if err := ordered.BeforeChange(ctx); err != nil {
		return failed, diags, err
	}
	if err := r.resetPassword(ctx, got.Username, password.ValueString()); err != nil {
		failed.Password = true
		diags.Append(diagnose.Warning("Reset Password", err, retryNote(got)))
	}
	return failed, diags, nil
}

// checkMember warns if the service made the desktop for a user outside the group.
func checkMember(plan desktopModel, ordered desktop.ApplyResult) diag.Diagnostics {
	group := plan.UserGroup.ValueString()
	if plan.UserGroup.IsNull() || isMember(ordered.Username, group) {
		return nil
	}
	return diag.Diagnostics{diagnose.AttributeWarning(path.Root("user_group"), "User Is Not in This Group",
		fmt.Sprintf("The desktop was ordered for group %q, but the service made desktop %s for user %q. The desktop is in the state.",
			group, ordered.DesktopUUID, ordered.Username))}
}

// waitListed waits until the list of the user's desktops contains the new
// desktop, and returns its name. After listedTimeout it returns a null name,
// which means for Read that the desktop has not been listed yet.
func (r *desktopResource) waitListed(ctx context.Context, ordered desktop.ApplyResult) (types.String, diag.Diagnostics) {
	ctx, cancel := diagnose.WithTimeout(ctx, listedTimeout)
	defer cancel()
	found, err := r.client.WaitListed(ctx, ordered.Username, ordered.DesktopUUID)
	if err != nil {
		return types.StringNull(), diag.Diagnostics{diagnose.Warning("Find New Desktop", err,
			fmt.Sprintf("Desktop %s of user %s exists and is in the state, without its name. A later refresh reads the name.", ordered.DesktopUUID, ordered.Username))}
	}
	return types.StringValue(found.Name), nil
}

// resize sends the sizes of plan that differ from those of state, if any.
func (r *desktopResource) resize(ctx context.Context, uuid string, plan, state sizes) error {
	in := plan.resizeInput(uuid, state)
	if in.DiskBytes != nil {
		sends, err := r.growsDisk(ctx, uuid, plan)
		if err != nil {
			return err
		}
		if !sends {
			in.DiskBytes = nil
		}
	}
	if in == (desktop.ResizeInput{DesktopUUID: uuid}) {
		return nil
	}
	task, err := r.client.Resize(ctx, in)
	if err != nil {
		return err
	}
	_, err = task.Wait(ctx)
	return err
}

// growsDisk reads the disk before a size is sent, because it may already have
// that size, or may have grown since the plan.
func (r *desktopResource) growsDisk(ctx context.Context, uuid string, plan sizes) (bool, error) {
	volumes, err := r.client.Volumes(ctx, uuid)
	if err != nil {
		return false, err
	}
	now := sizes{DiskGiB: plan.DiskGiB}
	now.fromVolumes(volumes)
	if got := now.DiskGiB.ValueInt64(); got > plan.DiskGiB.ValueInt64() {
		return false, diagnose.WithHint(fmt.Errorf("the disk has %d GiB now and can only grow", got), fmt.Sprintf("Write disk_gib = %d or more.", got))
	}
	return !now.DiskGiB.Equal(plan.DiskGiB), nil
}

func (r *desktopResource) resetPassword(ctx context.Context, username, password string) error {
	_, err := r.client.ResetPassword(ctx, desktop.Credentials{Username: username, Password: password})
	return err
}

// retryNote returns the hint for a step that fails after the desktop was
// created.
func retryNote(ordered desktop.ApplyResult) string {
	return fmt.Sprintf("Desktop %s of user %s exists and is in the state. The next plan shows what is not applied, and the next apply retries it.",
		ordered.DesktopUUID, ordered.Username)
}
