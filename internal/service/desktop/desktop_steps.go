package desktop

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// order places an order and waits until the desktop exists.
func (r *desktopResource) order(ctx context.Context, plan desktopModel) (desktop.ApplyResult, error) {
	in := plan.applyInput()
	task, err := r.client.Apply(ctx, in)
	if err != nil {
		return desktop.ApplyResult{}, err // One that may have been accepted is waited for.
	}
	ordered, err := task.Wait(ctx)
	switch {
	case err != nil && (ctx.Err() != nil || errors.Is(err, desktop.ErrOutcomeUnknown)):
		return ordered, unconfirmedOrderError(plan, err)
	case err != nil:
		return ordered, err
	case plan.UserGroup.IsNull() && ordered.Username != in.GroupOrUser:
		return ordered, diagnose.WithHint(
			fmt.Errorf("the desktop was ordered for user %q, but the service made desktop %s for user %q", in.GroupOrUser, ordered.DesktopUUID, ordered.Username),
			fmt.Sprintf("The desktop exists. If %q is a group, write user_group instead of username, and import the desktop with: terraform import ADDRESS '%s/%s'",
				in.GroupOrUser, ordered.Username, ordered.DesktopUUID))
	}
	return ordered, nil
}

// unconfirmedOrderError explains an order whose result did not arrive.
func unconfirmedOrderError(plan desktopModel, err error) error {
	owner := fmt.Sprintf("user %q", plan.Username.ValueString())
	where := "the desktops of that user"
	if !plan.UserGroup.IsNull() {
		group := plan.UserGroup.ValueString()
		owner = fmt.Sprintf("group %q", group)
		where = fmt.Sprintf("the desktops of its newest user (%s_01, %s_02, and so on)", group, group)
	}
	return diagnose.WithHint(err, fmt.Sprintf("A %s desktop was ordered for %s, and the service may still carry that out; it is not in the state. "+
		"Look at %s before you apply again, because that orders a new desktop. Once the desktop exists, import it with: terraform import ADDRESS 'USERNAME/DESKTOP_UUID'",
		plan.OS.ValueString(), owner, where))
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
// desktop, and returns its name. The name is null if that takes too long: then
// Read knows that no list has shown the desktop yet.
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

// setUp sizes a new desktop and sets its password. A step that fails must not
// taint the desktop: it is a warning, and setUp returns what is not applied.
func (r *desktopResource) setUp(ctx context.Context, plan desktopModel, password types.String, ordered desktop.ApplyResult) (failed unapplied, diags diag.Diagnostics) {
	if err := r.resize(ctx, ordered.DesktopUUID, plan.sizes, sizes{}); err != nil {
		failed.Sizes = true
		diags.Append(diagnose.Warning("Size Desktop", err, retryNote(ordered)))
	}
	if !password.IsNull() {
		if err := r.resetPassword(ctx, ordered.Username, password.ValueString()); err != nil {
			failed.Password = true
			diags.Append(diagnose.Warning("Reset Password", err, retryNote(ordered)))
		}
	}
	return failed, diags
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

// growsDisk looks at the disk again before a size is sent: it may have that size
// already, or have grown since the plan.
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

// retryNote says what follows if a step fails after the desktop was made.
func retryNote(ordered desktop.ApplyResult) string {
	return fmt.Sprintf("Desktop %s of user %s exists and is in the state. The next plan shows what is not applied, and the next apply retries it.",
		ordered.DesktopUUID, ordered.Username)
}
