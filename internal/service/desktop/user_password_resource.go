package desktop

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// NewUserPasswordResource returns the resource clouddesktop_user_password.
func NewUserPasswordResource() resource.Resource { return &userPasswordResource{} }

type userPasswordResource struct {
	client *desktop.Client
}

var (
	_ resource.ResourceWithConfigure      = (*userPasswordResource)(nil)
	_ resource.ResourceWithValidateConfig = (*userPasswordResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*userPasswordResource)(nil)
	_ resource.ResourceWithImportState    = (*userPasswordResource)(nil)
)

type userPasswordModel struct {
	Username        types.String   `tfsdk:"username"`
	PasswordWO      types.String   `tfsdk:"password_wo"`
	PasswordVersion types.Int64    `tfsdk:"password_wo_version"`
	Password        types.String   `tfsdk:"password"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
}

func (r *userPasswordResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_password"
}

func (r *userPasswordResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The password of a user: one of yours, or the service's default one. Creating the resource resets the password. " +
			"A password cannot be read, so a change made elsewhere goes unseen, there is nothing to import, and destroying leaves the password as it is.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The user whose password is reset. A change replaces the resource.",
				Validators:          []validator.String{nameValidator()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			// Not marked sensitive, for the reason given at clouddesktop_desktop.
			"password_wo": schema.StringAttribute{
				Optional: true, WriteOnly: true,
				MarkdownDescription: "The new password. It is never stored. It goes with `password_wo_version`; if neither is set, the user gets the service's default password. Needs Terraform 1.11.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			passwordVersion: schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "A whole number. Another one sends `password_wo` again. To give the user the service's default password once more, use `terraform apply -replace`.",
			},
			"password": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The service's default password. It is null if the user got `password_wo`.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Update: true,
				CreateDescription: "How long resetting the password may take, such as `5m`. Default: `2m`.",
				UpdateDescription: "How long resetting the password again may take. Default: `2m`.",
			}),
		},
	}
}

func (r *userPasswordResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
}

// ValidateConfig holds password and version together. Terraform asks it again
// before it applies: a password that turns out to be null must not reset the
// user to a default that many people know.
func (r *userPasswordResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config userPasswordModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	switch {
	case config.PasswordWO.IsUnknown() || config.PasswordVersion.IsUnknown():
	case config.PasswordWO.IsNull() && !config.PasswordVersion.IsNull():
		resp.Diagnostics.Append(diagnose.AttributeError(path.Root("password_wo"), "Password Is Missing",
			"There is a password_wo_version, but password_wo is null. Write the password, or take both out to give the user the service's default password."))
	case !config.PasswordWO.IsNull() && config.PasswordVersion.IsNull():
		resp.Diagnostics.Append(diagnose.AttributeError(path.Root(passwordVersion), "Password Version Is Missing",
			"A change of password_wo cannot be seen, because it is never stored. Write password_wo_version = 1, and another number whenever the password shall be sent again."))
	}
}

// ModifyPlan says whether the service will choose the password.
func (r *userPasswordResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var version, former types.Int64
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root(passwordVersion), &version)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(passwordVersion), &former)...)
	}
	password := types.StringNull()
	switch {
	case version.IsNull() && former.IsNull():
		return
	case version.IsNull() || version.IsUnknown():
		password = types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("password"), password)...)
}

func (r *userPasswordResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config userPasswordModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := plan.Timeouts.Create(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if err := plan.reset(ctx, r.client, config.PasswordWO); err != nil {
		resp.Diagnostics.Append(diagnose.Error("Reset Password", err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Read keeps the state: the service tells nothing of a password.
func (r *userPasswordResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (r *userPasswordResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config userPasswordModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := plan.Timeouts.Update(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	plan.Password = state.Password
	if !plan.PasswordVersion.Equal(state.PasswordVersion) {
		if err := plan.reset(ctx, r.client, config.PasswordWO); err != nil {
			resp.Diagnostics.Append(diagnose.Error("Reset Password", err))
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *userPasswordResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userPasswordModel
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(diagnose.Warn("Password Is Not Changed",
		fmt.Sprintf("User %s keeps the password; Terraform no longer manages it.", state.Username.ValueString())))
}

func (r *userPasswordResource) ImportState(_ context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resp.Diagnostics.Append(diagnose.AttributeError(path.Empty(), "Password Cannot Be Imported",
		"The service does not tell passwords, so there is nothing to import. Apply the resource instead: that resets the password."))
}

// reset gives the user the password, or the service's default if it is null,
// which is then kept.
func (m *userPasswordModel) reset(ctx context.Context, client *desktop.Client, password types.String) error {
	set, err := client.ResetPassword(ctx, desktop.Credentials{Username: m.Username.ValueString(), Password: password.ValueString()})
	if err != nil {
		return err
	}
	m.Password = types.StringNull()
	if password.IsNull() {
		m.Password = types.StringValue(set.Password)
	}
	return nil
}
