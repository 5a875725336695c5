package desktop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

type userPasswordModel struct {
	Username           types.String      `tfsdk:"username"`
	PasswordWO         types.String      `tfsdk:"password_wo"`
	PasswordVersion    wholenumber.Value `tfsdk:"password_wo_version"`
	UseDefaultPassword types.Bool        `tfsdk:"use_default_password"`
	Password           types.String      `tfsdk:"password"`
	Timeouts           timeouts.Value    `tfsdk:"timeouts"`
}

// resets reports whether the configuration requires another password than that
// in state.
func (m *userPasswordModel) resets(state userPasswordModel) bool {
	if m.UseDefaultPassword.ValueBool() {
		return !state.UseDefaultPassword.ValueBool()
	}
	return state.UseDefaultPassword.ValueBool() || !m.PasswordVersion.Equal(state.PasswordVersion)
}

// plannedPassword returns the password that an apply will store. It is unknown
// if the service chooses the password, or may choose it.
func (m *userPasswordModel) plannedPassword(state userPasswordModel) types.String {
	unknown := m.UseDefaultPassword.IsUnknown() || m.PasswordVersion.IsUnknown()
	switch {
	case !unknown && !m.resets(state):
		return state.Password
	case unknown || m.UseDefaultPassword.ValueBool():
		return types.StringUnknown()
	}
	return types.StringNull()
}

// reset sets the password, or the service's default, which it then stores. It
// checks the values again, because a value that was unknown in the plan may be
// null.
func (m *userPasswordModel) reset(ctx context.Context, client *desktop.Client, password types.String) diag.Diagnostics {
	if diags := checkPasswordSource("password_wo", password, m.UseDefaultPassword); diags.HasError() {
		return diags
	}
	set, err := client.ResetPassword(ctx, desktop.Credentials{Username: m.Username.ValueString(), Password: password.ValueString()})
	if err != nil {
		return diag.Diagnostics{diagnose.Error("Reset Password", err)}
	}
	m.Password = types.StringNull()
	if m.UseDefaultPassword.ValueBool() && set.Password != "" {
		m.Password = types.StringValue(set.Password)
	}
	return nil
}
