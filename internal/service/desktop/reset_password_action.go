package desktop

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewResetPasswordAction returns the action clouddesktop_reset_password.
func NewResetPasswordAction() action.Action { return &resetPasswordAction{} }

type resetPasswordAction struct {
	client *desktop.Client
}

var (
	_ action.ActionWithConfigure      = (*resetPasswordAction)(nil)
	_ action.ActionWithValidateConfig = (*resetPasswordAction)(nil)
)

type resetPasswordModel struct {
	Username           types.String   `tfsdk:"username"`
	Password           types.String   `tfsdk:"password"`
	UseDefaultPassword types.Bool     `tfsdk:"use_default_password"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

func (a *resetPasswordAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_reset_password"
}

func (a *resetPasswordAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resets the password of a user: when a resource that triggers the action changes, or on demand with `terraform apply -invoke`. Requires Terraform 1.14; OpenTofu has no actions.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The user whose password is reset.",
				Validators:          []validator.String{nameValidator()},
			},
			"password": schema.StringAttribute{
				Optional: true, WriteOnly: true,
				MarkdownDescription: "The new password. Set exactly one of `password` and `use_default_password = true`. Use an ephemeral value: Terraform stores all others in its plan files. " +
					"With `-invoke`, Terraform 1.16 drops ephemeral values, and the action fails: trigger it by a resource instead.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			useDefaultPassword: schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: useDefaultDescription,
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{
				InvokeDescription: "How long resetting the password may take, such as `5m`. Default: `2m`.",
			})),
		},
	}
}

func (a *resetPasswordAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
}

func (a *resetPasswordAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config resetPasswordModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(checkPasswordSource("password", config.Password, config.UseDefaultPassword)...)
}

func (a *resetPasswordAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config resetPasswordModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, requestTimeout)
	resp.Diagnostics.Append(config.checkInvoked()...)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	username, to := config.Username.ValueString(), "to the given password"
	if config.UseDefaultPassword.ValueBool() {
		to = "to the service's default"
	}
	progress := func(format string) {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, username, to)})
	}
	progress("Resetting the password of %s %s …")
	if _, err := a.client.ResetPassword(ctx, desktop.Credentials{Username: username, Password: config.Password.ValueString()}); err != nil {
		resp.Diagnostics.Append(diagnose.Error("Reset Password", err))
		return
	}
	progress("The password of %s is reset %s.")
}

// checkInvoked checks the source of the password again, because Terraform 1.16
// silently drops ephemeral values with -invoke.
func (m *resetPasswordModel) checkInvoked() diag.Diagnostics {
	diags := checkPasswordSource("password", m.Password, m.UseDefaultPassword)
	if m.Password.IsNull() && diags.HasError() {
		return diag.Diagnostics{diagnose.AttributeError(path.Root("password"), "Password Is Missing",
			"password is missing or null, so the password of the user is not changed. If it comes from an ephemeral value, Terraform may have dropped it: Terraform 1.16 does so with -invoke. "+
				"Trigger the action by a resource, or write use_default_password = true to set the service's default password.")}
	}
	return diags
}
