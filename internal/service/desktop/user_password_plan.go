package desktop

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// ValidateConfig returns an error if it is not clear which password the user
// gets. Terraform validates again before it applies: a password that is null
// then must not set a default that many people know.
func (r *userPasswordResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config userPasswordModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(checkPasswordSource("password_wo", config.PasswordWO, config.UseDefaultPassword)...)
	switch {
	case config.PasswordWO.IsUnknown() || config.PasswordVersion.IsUnknown() || config.UseDefaultPassword.IsUnknown():
	case config.UseDefaultPassword.ValueBool() && !config.PasswordVersion.IsNull():
		resp.Diagnostics.Append(diagnose.AttributeError(path.Root(passwordVersion), "Password Version Without Password",
			"password_wo_version belongs to password_wo, but use_default_password = true is set. Remove one of them."))
	case !config.PasswordWO.IsNull() && config.PasswordVersion.IsNull():
		resp.Diagnostics.Append(diagnose.AttributeError(path.Root(passwordVersion), "Password Version Is Missing",
			"The provider cannot see a change of password_wo, because it is never stored. Write password_wo_version = 1, and increment it to send the password again."))
	}
}

// ModifyPlan plans the password, and returns an error for a second resource for
// the same user.
func (r *userPasswordResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state userPasswordModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	instance, diags := planInstance(ctx, req.Private, resp.Private)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("password"), plan.plannedPassword(state))...)
	if r.instances == nil || plan.Username.IsUnknown() {
		return // Terraform plans again before it applies; the user is then known.
	}
	if username := plan.Username.ValueString(); !r.instances.Manage("password "+username, instance) {
		resp.Diagnostics.Append(diagnose.AttributeError(path.Root("username"), "Two Resources Manage One Password",
			fmt.Sprintf("Another clouddesktop_user_password sets the password of user %q. The service does not report passwords, so the resource that is applied last would win. "+
				"Write one resource for each user.", username)))
	}
}
