package desktop

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// The values of a policy.
const (
	usbEnable  = "usb_enable"
	dataAccess = "data_access"
)

// wholeService is the import ID of the policy of the service.
const wholeService = "service"

type desktopPolicyModel struct {
	USBEnable      types.Bool     `tfsdk:"usb_enable"`
	DataAccess     types.Bool     `tfsdk:"data_access"`
	DesktopUUID    types.String   `tfsdk:"desktop_uuid"`
	DeletionPolicy types.String   `tfsdk:"deletion_policy"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// input returns the managed values; a null value is not changed.
func (m *desktopPolicyModel) input() desktop.PolicyInput {
	return desktop.PolicyInput{
		DesktopUUID: m.DesktopUUID.ValueString(),
		USBEnable:   m.USBEnable.ValueBoolPointer(),
		DataAccess:  m.DataAccess.ValueBoolPointer(),
	}
}

// off returns the policy with these values turned off and all others not
// managed.
func (m *desktopPolicyModel) off(names []string) *desktopPolicyModel {
	off := *m
	off.USBEnable, off.DataAccess = types.BoolNull(), types.BoolNull()
	if slices.Contains(names, usbEnable) {
		off.USBEnable = types.BoolValue(false)
	}
	if slices.Contains(names, dataAccess) {
		off.DataAccess = types.BoolValue(false)
	}
	return &off
}

// managed returns the managed values by name.
func (m *desktopPolicyModel) managed() map[string]types.Bool {
	managed := map[string]types.Bool{usbEnable: m.USBEnable, dataAccess: m.DataAccess}
	for name, value := range managed {
		if value.IsNull() {
			delete(managed, name)
		}
	}
	return managed
}

// sets reports whether a managed value differs from that in state.
func (m *desktopPolicyModel) sets(state desktopPolicyModel) bool {
	return !m.USBEnable.IsNull() && !m.USBEnable.Equal(state.USBEnable) ||
		!m.DataAccess.IsNull() && !m.DataAccess.Equal(state.DataAccess)
}

// resets reports whether destroying the policy turns a value off.
func (m *desktopPolicyModel) resets() bool {
	return m.DeletionPolicy.ValueString() == deletionReset && len(m.managed()) > 0
}

// owner returns a description of what the policy belongs to.
func (m *desktopPolicyModel) owner() string {
	if m.DesktopUUID.IsNull() {
		return "Service"
	}
	return "Desktop " + m.DesktopUUID.ValueString()
}

// scope returns the import ID of the policy.
func (m *desktopPolicyModel) scope() string {
	if m.DesktopUUID.IsNull() {
		return wholeService
	}
	return m.DesktopUUID.ValueString()
}

// valueOf returns the key of a managed value in the registry of instances.
func (m *desktopPolicyModel) valueOf(name string) string {
	return "policy " + m.scope() + " " + name
}

type desktopPolicyIdentityModel struct {
	Scope types.String `tfsdk:"scope"`
}

func (m *desktopPolicyModel) setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity) diag.Diagnostics {
	return identity.Set(ctx, &desktopPolicyIdentityModel{Scope: types.StringValue(m.scope())})
}

// importedPolicy returns a policy with its owner, from an import ID or an identity.
func importedPolicy(ctx context.Context, req resource.ImportStateRequest) (desktopPolicyModel, diag.Diagnostics) {
	scope := req.ID
	if scope == "" && req.Identity != nil {
		var id desktopPolicyIdentityModel
		if diags := req.Identity.Get(ctx, &id); diags.HasError() {
			return desktopPolicyModel{}, diags
		}
		scope = id.Scope.ValueString()
	}
	switch {
	case scope == wholeService:
		return desktopPolicyModel{}, nil
	case uuidPattern.MatchString(scope):
		return desktopPolicyModel{DesktopUUID: types.StringValue(scope)}, nil
	}
	return desktopPolicyModel{}, diag.Diagnostics{diagnose.AttributeError(path.Empty(), "Invalid Import ID",
		"The ID of a policy is the word service, or, where each desktop has its own policy, the uuid of the desktop.")}
}
