// Package desktop contains the Terraform types of the cloud desktop service.
package desktop

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
)

// NewDesktopResource returns the resource clouddesktop_desktop.
func NewDesktopResource() resource.Resource { return &desktopResource{} }

type desktopResource struct {
	client    *desktop.Client
	instances *instances.Registry
	state     *clients.LocalState
}

var (
	_ resource.ResourceWithConfigure        = (*desktopResource)(nil)
	_ resource.ResourceWithConfigValidators = (*desktopResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*desktopResource)(nil)
	_ resource.ResourceWithImportState      = (*desktopResource)(nil)
	_ resource.ResourceWithIdentity         = (*desktopResource)(nil)
)

func (r *desktopResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_desktop"
}

func (r *desktopResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
	r.instances = clients.From(req.ProviderData, (*clients.Set).Instances, &resp.Diagnostics)
	r.state = clients.From(req.ProviderData, (*clients.Set).LocalState, &resp.Diagnostics)
}

func (r *desktopResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config desktopModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	order, diags := r.order(ctx, plan, timeout)
	if resp.Diagnostics.Append(diags...); order == nil {
		return
	}
	ordered := order.Result
	// The desktop exists. An error would taint it, the next apply would order
	// another one, and neither can be deleted. So errors are warnings from here
	// on.
	plan.fromOrder(ordered)
	resp.Diagnostics.Append(checkMember(plan, ordered)...)
	plan.DesktopName, diags = r.waitListed(ctx, ordered)
	resp.Diagnostics.Append(diags...)
	failed, diags, err := r.setUp(ctx, plan, config.PasswordWO, order)
	resp.Diagnostics.Append(diags...)
	if err == nil {
		err = order.Deliver(ctx)
	}
	if err != nil { // Another apply has taken over the order.
		resp.Diagnostics.Append(diagnose.Error("Order Desktop", orderError(err)))
		return
	}
	reference, err := r.client.Reference(context.WithoutCancel(ctx), order)
	if err != nil {
		resp.Diagnostics.Append(diagnose.Warning("Store Order of Desktop", err, retryNote(ordered)))
	}
	resp.Diagnostics.Append(setPrivate(ctx, resp.Private, orderKey, reference)...)
	resp.Diagnostics.Append(plan.storePassword(ordered.Password)...)
	resp.Diagnostics.Append(setPrivate(ctx, resp.Private, unappliedKey, failed)...)
	resp.Diagnostics.Append(setPrivate(ctx, resp.Private, instanceKey, instances.NewID())...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(plan.setIdentity(ctx, resp.Identity)...)
}

func (r *desktopResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state desktopModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	prior := state
	resp.Diagnostics.Append(state.clearUnapplied(ctx, req.Private, resp.Private)...)
	resp.Diagnostics.Append(state.setIdentity(ctx, resp.Identity)...)
	resp.Diagnostics.Append(r.checkOneAddress(ctx, state, req.Private)...)
	timeout, diags := state.Timeouts.Read(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if err := r.client.Available(); err != nil {
		r.refreshed(state)
		resp.Diagnostics.Append(diagnose.Warning("Read Desktop", err, "The state is kept as it is."))
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	resp.Diagnostics.Append(r.confirmOrder(ctx, state, req.Private)...)
	found, listed, err := r.client.UserDesktop(ctx, state.Username.ValueString(), state.DesktopUUID.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnose.Error("Read Desktop", readError(state, err)))
		return
	case listed:
		state.fromAPI(found)
	case state.DesktopName.IsNull(): // The service has not listed it yet.
		resp.Diagnostics.Append(notListedYet(state))
	default:
		resp.State.RemoveResource(ctx)
		return
	}
	if !state.DiskGiB.IsNull() {
		volumes, err := r.client.Volumes(ctx, state.DesktopUUID.ValueString())
		if err != nil {
			resp.Diagnostics.Append(diagnose.Error("Read Volumes of Desktop", readError(state, err)))
			return
		}
		state.fromVolumes(volumes)
	}
	r.refreshed(state)
	if !reflect.DeepEqual(state, prior) { // The answer holds the prior state already, and Set is slow.
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *desktopResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config desktopModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(state.clearUnapplied(ctx, req.Private, resp.Private)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	resp.Diagnostics.Append(r.dropReference(ctx, req.Private, resp.Private)...)
	// A value that cannot be changed keeps its prior value in the state, so
	// that the next plan shows it again.
	if err := r.resize(ctx, state.DesktopUUID.ValueString(), plan.sizes, state.sizes); err != nil {
		resp.Diagnostics.Append(diagnose.Error("Resize Desktop", err))
		plan.sizes = state.sizes
	}
	if plan.resetsPassword(state) {
		plan.Password, plan.EncryptedPassword = types.StringNull(), types.StringNull()
		if err := r.resetPassword(ctx, state.Username.ValueString(), config.PasswordWO.ValueString()); err != nil {
			resp.Diagnostics.Append(diagnose.Error("Reset Password", err))
			plan.PasswordVersion, plan.Password, plan.EncryptedPassword = state.PasswordVersion, state.Password, state.EncryptedPassword
		}
	} else {
		resp.Diagnostics.Append(plan.keepPassword(state)...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(plan.setIdentity(ctx, resp.Identity)...)
}

func (r *desktopResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state desktopModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if state.DeletionPolicy.ValueString() == deletionPrevent {
		resp.Diagnostics.Append(destroyPrevented(state.prior()))
		return
	}
	username, uuid := state.Username.ValueString(), state.DesktopUUID.ValueString()
	kept := fmt.Sprintf("The service cannot delete a desktop. %s (%s) of user %s keeps running, and Terraform no longer manages it. "+
		"To manage it again, import it as %s/%s.", state.DesktopName.ValueString(), uuid, username, username, uuid)
	if state.DeletionPolicy.ValueString() == deletionRevoke {
		// A random password that meets common password rules and is not stored.
		if err := r.resetPassword(ctx, username, rand.Text()+"-aA1"); err != nil {
			resp.Diagnostics.Append(diagnose.Error("Revoke Password of Desktop", diagnose.WithHint(err, revokeHint)))
			return
		}
		kept += fmt.Sprintf(" The password of %s was reset to a random one.", username)
	}
	resp.Diagnostics.Append(diagnose.Warn("Desktop Is Not Deleted", kept))
}

func (r *desktopResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, cancel := diagnose.WithTimeout(ctx, requestTimeout)
	defer cancel()
	id, diags := importID(ctx, req)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	_, listed, err := r.client.UserDesktop(ctx, id.Username.ValueString(), id.DesktopUUID.ValueString())
	if err == nil && !listed {
		err = fmt.Errorf("user %q has no desktop %q; the data source clouddesktop_user_desktops lists the desktops of a user",
			id.Username.ValueString(), id.DesktopUUID.ValueString())
	}
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("Import Desktop", err))
		return
	}
	resp.Diagnostics.Append(setPrivate(ctx, resp.Private, instanceKey, instances.NewID())...)
	resp.Diagnostics.Append(id.importInto(ctx, &resp.State)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, &id)...)
}
