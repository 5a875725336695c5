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

// orderInput returns the input of an order. In a plan with user_group, the
// username is not known yet.
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

// fromOrder sets the attributes from the callback of an order.
func (m *desktopModel) fromOrder(ordered desktop.ApplyResult) {
	m.Username = types.StringValue(ordered.Username)
	m.DesktopUUID = types.StringValue(ordered.DesktopUUID)
}

// fromAPI sets the only attribute that a list reports, the name.
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

// passwordVersion is the attribute that must change to send the write-only
// password again.
const passwordVersion = "password_wo_version"

// unapplied lists the attributes that Create has stored in the state, as
// Terraform requires, although the service has not applied them.
type unapplied struct {
	Sizes    bool `json:"sizes,omitempty"`
	Password bool `json:"password,omitempty"`
}

// clearUnapplied sets attributes that were not applied to null, so that a plan
// shows them.
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
