package desktop

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// order places an order and waits until the desktop exists.
func (r *desktopResource) order(ctx context.Context, plan desktopModel) (desktop.ApplyResult, error) {
	in := plan.applyInput()
	op, err := r.client.Apply(ctx, in)
	if err != nil {
		return desktop.ApplyResult{}, err // One that may have been accepted is waited for.
	}
	ordered, err := op.Wait(ctx)
	switch {
	case err != nil && (ctx.Err() != nil || errors.Is(err, desktop.ErrOutcomeUnknown)):
		return ordered, unconfirmedOrderError(plan, err)
	case err != nil:
		return ordered, err
	case plan.UserGroup.IsNull() && ordered.Username != in.GroupOrUser:
		return ordered, diagnose.WithHint(
			fmt.Errorf("the desktop was ordered for user %q, but the service made desktop %s for user %q", in.GroupOrUser, ordered.DesktopUUID, ordered.Username),
			fmt.Sprintf("The desktop exists. If %q is a group, write user_group instead of username, and take the desktop up with: terraform import ADDRESS '%s/%s'",
				in.GroupOrUser, ordered.Username, ordered.DesktopUUID))
	}
	return ordered, nil
}

// unconfirmedOrderError explains an order whose end was not seen.
func unconfirmedOrderError(plan desktopModel, err error) error {
	whose := fmt.Sprintf("user %q", plan.Username.ValueString())
	where := "the desktops of that user"
	if !plan.UserGroup.IsNull() {
		group := plan.UserGroup.ValueString()
		whose = fmt.Sprintf("group %q", group)
		where = fmt.Sprintf("the desktops of its newest user (%s_01, %s_02, and so on)", group, group)
	}
	return diagnose.WithHint(err, fmt.Sprintf("A %s desktop was ordered for %s, and the service may still carry that out; nothing of it is in the state. "+
		"Look at %s before you apply again, because that orders another one. Take the desktop up once it exists with: terraform import ADDRESS 'USERNAME/DESKTOP_UUID'",
		plan.OS.ValueString(), whose, where))
}

// resize asks for the sizes of plan that differ from those of state, if any.
func (r *desktopResource) resize(ctx context.Context, uuid string, plan, state sizes) error {
	in, changes := plan.resizeInput(uuid, state)
	if !changes {
		return nil
	}
	op, err := r.client.Resize(ctx, in)
	if err != nil {
		return err
	}
	_, err = op.Wait(ctx)
	return err
}

func (r *desktopResource) resetPassword(ctx context.Context, username, password string) error {
	_, err := r.client.ResetPassword(ctx, desktop.Credentials{Username: username, Password: password})
	return err
}

// name looks up what the service calls a new desktop. It is null if that fails:
// the next refresh reads it.
func (r *desktopResource) name(ctx context.Context, ordered desktop.ApplyResult) types.String {
	found, err := findDesktop(ctx, r.client, ordered.Username, ordered.DesktopUUID)
	if err != nil || found == nil {
		return types.StringNull()
	}
	return types.StringValue(found.Name)
}

// findDesktop returns a desktop of a user, nil if a well-formed answer lacks it.
func findDesktop(ctx context.Context, client *desktop.Client, username, uuid string) (*desktop.Desktop, error) {
	desktops, err := client.UserDesktops(ctx, username)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(desktops, func(d desktop.Desktop) bool { return d.UUID == uuid })
	if i < 0 {
		return nil, nil //nolint:nilnil // Absence is no failure here.
	}
	return &desktops[i], nil
}

// retryNote says what becomes of a step that failed after a desktop was made.
func retryNote(ordered desktop.ApplyResult) string {
	return fmt.Sprintf("Desktop %s of user %s exists and is in the state. The next plan shows what is not applied, and the next apply tries that again.",
		ordered.DesktopUUID, ordered.Username)
}
