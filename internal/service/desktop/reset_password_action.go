package desktop

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// NewResetPasswordAction returns the action clouddesktop_reset_password.
func NewResetPasswordAction() action.Action { return &resetPasswordAction{} }

type resetPasswordAction struct {
	client *desktop.Client
}

var _ action.ActionWithConfigure = (*resetPasswordAction)(nil)

type resetPasswordModel struct {
	Username types.String   `tfsdk:"username"`
	Password types.String   `tfsdk:"password"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (a *resetPasswordAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_reset_password"
}

func (a *resetPasswordAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resets the password of a user: whenever a resource changes that triggers it, or on demand by `terraform apply -invoke`. Needs Terraform 1.14.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The user whose password is reset.",
				Validators:          []validator.String{nameValidator()},
			},
			"password": schema.StringAttribute{
				Optional: true, WriteOnly: true,
				MarkdownDescription: "The new password. Take it from an ephemeral value: Terraform keeps any other in its plan files. If not set, the user gets the service's default password.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{
				InvokeDescription: "How long resetting the password may take, such as `5m`. Default: `2m`.",
			}),
		},
	}
}

func (a *resetPasswordAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
}

func (a *resetPasswordAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config resetPasswordModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	username, to := config.Username.ValueString(), "to the one given"
	if config.Password.IsNull() {
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
