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

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

// NewUserPasswordResource returns the resource clouddesktop_user_password.
func NewUserPasswordResource() resource.Resource { return &userPasswordResource{} }

type userPasswordResource struct {
	client    *desktop.Client
	instances *instances.Registry
}

var (
	_ resource.ResourceWithConfigure      = (*userPasswordResource)(nil)
	_ resource.ResourceWithValidateConfig = (*userPasswordResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*userPasswordResource)(nil)
	_ resource.ResourceWithImportState    = (*userPasswordResource)(nil)
)

func (r *userPasswordResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_password"
}

func (r *userPasswordResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sets the password of a user to your value or to the default of the service. Creating the resource resets the password. " +
			"The service does not report passwords, so Terraform cannot see out-of-band changes or import a password. A destroy does not change the password. " +
			"Two resources for one user are an error.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The user whose password is reset. A change replaces the resource.",
				Validators:          []validator.String{nameValidator()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			// Not marked sensitive, for the same reason as in
			// clouddesktop_desktop.
			"password_wo": schema.StringAttribute{
				Optional: true, WriteOnly: true,
				MarkdownDescription: "The new password. It is never stored. Requires `password_wo_version`. Set exactly one of `password_wo` and `use_default_password = true`. Requires Terraform 1.11 or OpenTofu 1.11.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			passwordVersion: schema.Int64Attribute{
				CustomType:          wholenumber.Type{},
				Optional:            true,
				MarkdownDescription: "Increment this number to send `password_wo` again.",
			},
			useDefaultPassword: schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: useDefaultDescription + " To set it again, use `terraform apply -replace`.",
			},
			"password": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The service's default password, if `use_default_password` set it and the service reported it. Otherwise null.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.Block(ctx, timeouts.Opts{
				Create: true, Update: true,
				CreateDescription: "How long resetting the password may take, such as `5m`. Default: `2m`.",
				UpdateDescription: "How long resetting the password again may take. Default: `2m`.",
			})),
		},
	}
}

func (r *userPasswordResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
	r.instances = clients.From(req.ProviderData, (*clients.Set).Instances, &resp.Diagnostics)
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

	if resp.Diagnostics.Append(plan.reset(ctx, r.client, config.PasswordWO)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Read keeps the state: the service does not report passwords.
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

	if plan.resets(state) {
		resp.Diagnostics.Append(plan.reset(ctx, r.client, config.PasswordWO)...)
	} else {
		plan.Password = state.Password
	}
	if resp.Diagnostics.HasError() {
		return
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
		"The service does not report passwords, so there is nothing to import. Apply the resource instead: that resets the password."))
}
