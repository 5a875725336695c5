// Package desktop holds the Terraform types of the cloud desktop service.
package desktop

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// NewDesktopResource returns the resource clouddesktop_desktop.
func NewDesktopResource() resource.Resource { return &desktopResource{} }

type desktopResource struct {
	client *desktop.Client
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

	ordered, err := r.order(ctx, plan)
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("Order Desktop", err))
		return
	}
	// From here on the desktop exists. An error would taint it, the next apply
	// would order another, and none can be deleted: what fails is a warning, and
	// the next plan shows it again.
	var failed unapplied
	if err := r.resize(ctx, ordered.DesktopUUID, plan.sizes, sizes{}); err != nil {
		failed.Sizes = true
		resp.Diagnostics.Append(diagnose.Warning("Size Desktop", err, retryNote(ordered)))
	}
	if !config.PasswordWO.IsNull() {
		if err := r.resetPassword(ctx, ordered.Username, config.PasswordWO.ValueString()); err != nil {
			failed.Password = true
			resp.Diagnostics.Append(diagnose.Warning("Reset Password", err, retryNote(ordered)))
		}
	}
	plan.DesktopName = r.name(ctx, ordered)
	plan.fromOrder(ordered)
	resp.Diagnostics.Append(plan.storePassword(ordered.Password)...)
	resp.Diagnostics.Append(setPrivate(ctx, resp.Private, unappliedKey, failed)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(plan.setIdentity(ctx, resp.Identity)...)
}

func (r *desktopResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state desktopModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(state.clearUnapplied(ctx, req.Private, resp.Private)...)
	resp.Diagnostics.Append(state.setIdentity(ctx, resp.Identity)...)
	timeout, diags := state.Timeouts.Read(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if err := r.client.Available(); err != nil {
		resp.Diagnostics.Append(diagnose.Warning("Read Desktop", err, "The state is kept as it is."))
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	found, err := findDesktop(ctx, r.client, state.Username.ValueString(), state.DesktopUUID.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("Read Desktop", err))
		return
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	state.fromAPI(*found)
	if !state.DiskGiB.IsNull() {
		volumes, err := r.client.Volumes(ctx, found.UUID)
		if err != nil {
			resp.Diagnostics.Append(diagnose.Error("Read Volumes of Desktop", err))
			return
		}
		state.fromVolumes(volumes)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
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

	// What fails keeps its former value, so that the next plan shows it again.
	if err := r.resize(ctx, state.DesktopUUID.ValueString(), plan.sizes, state.sizes); err != nil {
		resp.Diagnostics.Append(diagnose.Error("Size Desktop", err))
		plan.sizes = state.sizes
	}
	if plan.resetsPassword(state) {
		if err := r.resetPassword(ctx, state.Username.ValueString(), config.PasswordWO.ValueString()); err != nil {
			resp.Diagnostics.Append(diagnose.Error("Reset Password", err))
			plan.PasswordVersion, plan.Password, plan.EncryptedPassword = state.PasswordVersion, state.Password, state.EncryptedPassword
		}
	}
	if plan.EncryptedPassword.IsUnknown() {
		resp.Diagnostics.Append(plan.storePassword(state.Password.ValueString())...)
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

	username, uuid := state.Username.ValueString(), state.DesktopUUID.ValueString()
	kept := fmt.Sprintf("The service has no way to delete a desktop. %s (%s) of user %s goes on running; Terraform no longer manages it. "+
		"To take it up again, import it as %s/%s.", state.DesktopName.ValueString(), uuid, username, username, uuid)
	switch state.DeletionPolicy.ValueString() {
	case deletionPrevent:
		resp.Diagnostics.Append(destroyPrevented(state))
	case deletionRevoke:
		// A password that meets common rules and that nobody keeps.
		if err := r.resetPassword(ctx, username, rand.Text()+"-aA1"); err != nil {
			resp.Diagnostics.Append(diagnose.Error("Revoke Password of Desktop", err))
			return
		}
		resp.Diagnostics.Append(diagnose.Warn("Desktop Is Not Deleted",
			kept+fmt.Sprintf(" The password of %s was reset to one that nobody knows.", username)))
	default:
		resp.Diagnostics.Append(diagnose.Warn("Desktop Is Not Deleted", kept))
	}
}

func (r *desktopResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, cancel := diagnose.WithTimeout(ctx, requestTimeout)
	defer cancel()
	id, diags := importID(ctx, req)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	found, err := findDesktop(ctx, r.client, id.Username.ValueString(), id.DesktopUUID.ValueString())
	if err == nil && found == nil {
		err = fmt.Errorf("user %q has no desktop %q; the data source clouddesktop_user_desktops lists the desktops of a user",
			id.Username.ValueString(), id.DesktopUUID.ValueString())
	}
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("Import Desktop", err))
		return
	}
	resp.Diagnostics.Append(id.importInto(ctx, &resp.State)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, &id)...)
}
