package desktop

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// checkOneAddress returns an error if another address in the state has the same
// desktop. It does not check desktops of older states, which have no instance
// id.
func (r *desktopResource) checkOneAddress(ctx context.Context, state desktopModel, private privateReader) diag.Diagnostics {
	instance, diags := getPrivate[string](ctx, private, instanceKey)
	uuid := state.DesktopUUID.ValueString()
	if instance == "" || diags.HasError() || r.instances.Manage("desktop "+uuid, instance) {
		return diags
	}
	diags.Append(diagnose.AttributeError(path.Root("desktop_uuid"), "One Desktop at Two Addresses",
		fmt.Sprintf("The state has desktop %s of user %s at two addresses. Find them in the output of terraform state list and terraform state show, "+
			"and remove one with: terraform state rm ADDRESS. The desktop itself does not change.", uuid, state.Username.ValueString())))
	return diags
}

// readError adds the desktop to an error of reading it, because the message of
// the service may only say that the user does not exist.
func readError(state desktopModel, err error) error {
	username, uuid := state.Username.ValueString(), state.DesktopUUID.ValueString()
	err = fmt.Errorf("desktop %s of user %s cannot be read: %w", uuid, username, err)
	if !isUnknownUser(err) {
		return err
	}
	return diagnose.WithHint(err, fmt.Sprintf("An error of the service does not prove that the desktop was removed, so it stays in the state. "+
		"If user %s or the desktop no longer exists, remove the resource from the state with: terraform state rm ADDRESS. "+
		"Otherwise restore the user in the service, and plan again.", username))
}

// notListedYet returns the warning about a desktop in the state that the
// service does not list yet.
func notListedYet(state desktopModel) diag.Diagnostic {
	return diagnose.Warn("Desktop Is Not Listed Yet",
		fmt.Sprintf("Desktop %s was ordered, but the list of the desktops of user %s does not contain it yet. The service may list a desktop some time after the order, so it stays in the state. "+
			"If it never appears, remove it from the state with: terraform state rm ADDRESS", state.DesktopUUID.ValueString(), state.Username.ValueString()))
}
