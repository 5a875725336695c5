package desktop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

type desktopModel struct {
	sizes

	UserGroup         types.String      `tfsdk:"user_group"`
	Username          types.String      `tfsdk:"username"`
	OS                types.String      `tfsdk:"os"`
	PasswordWO        types.String      `tfsdk:"password_wo"`
	PasswordVersion   wholenumber.Value `tfsdk:"password_wo_version"`
	PasswordRecipient types.String      `tfsdk:"password_recipient"`
	DeletionPolicy    types.String      `tfsdk:"deletion_policy"`
	DesktopUUID       types.String      `tfsdk:"desktop_uuid"`
	DesktopName       types.String      `tfsdk:"desktop_name"`
	Password          types.String      `tfsdk:"password"`
	EncryptedPassword types.String      `tfsdk:"encrypted_password"`
	Timeouts          timeouts.Value    `tfsdk:"timeouts"`
}

// orderInput is what an order asks for. The username of a plan with a group is
// not known yet.
func (m *desktopModel) orderInput() desktop.OrderInput {
	in := desktop.OrderInput{OS: m.OS.ValueString(), DiskGiB: m.DiskGiB.ValueInt64()}
	if m.UserGroup.IsNull() {
		in.Username = m.Username.ValueString()
	} else {
		in.UserGroup = m.UserGroup.ValueString()
	}
	return in
}

func (m *desktopModel) resetsPassword(state desktopModel) bool {
	return !m.PasswordVersion.IsNull() && !m.PasswordVersion.Equal(state.PasswordVersion)
}

// fromOrder takes over what the callback of an order tells.
func (m *desktopModel) fromOrder(ordered desktop.ApplyResult) {
	m.Username = types.StringValue(ordered.Username)
	m.DesktopUUID = types.StringValue(ordered.DesktopUUID)
}

// fromAPI takes over what a list tells: the name alone.
func (m *desktopModel) fromAPI(d desktop.Desktop) {
	m.DesktopName = types.StringValue(d.Name)
}

type identityModel struct {
	Username    types.String `tfsdk:"username"`
	DesktopUUID types.String `tfsdk:"desktop_uuid"`
}

func (m *desktopModel) setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity) diag.Diagnostics {
	return identity.Set(ctx, &identityModel{Username: m.Username, DesktopUUID: m.DesktopUUID})
}

// passwordVersion is the attribute whose change sends the write-only password.
const passwordVersion = "password_wo_version"

// unapplied names the attributes whose values a create put into the state, as
// Terraform demands, without the service having taken them.
type unapplied struct {
	Sizes    bool `json:"sizes,omitempty"`
	Password bool `json:"password,omitempty"`
}

// clearUnapplied makes the attributes null that were never applied, so that a
// plan shows them.
func (m *desktopModel) clearUnapplied(ctx context.Context, from privateReader, to privateWriter) diag.Diagnostics {
	u, diags := getPrivate[unapplied](ctx, from, unappliedKey)
	if u == (unapplied{}) || diags.HasError() {
		return diags
	}
	if u.Sizes {
		m.sizes = sizes{}
	}
	if u.Password {
		m.PasswordVersion = wholenumber.Null()
	}
	diags.Append(setPrivate(ctx, to, unappliedKey, unapplied{})...)
	return diags
}
