package desktop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewDesktopPolicyResource returns the resource clouddesktop_desktop_policy.
func NewDesktopPolicyResource() resource.Resource { return &desktopPolicyResource{} }

type desktopPolicyResource struct {
	client    *desktop.Client
	instances *instances.Registry
}

var (
	_ resource.ResourceWithConfigure        = (*desktopPolicyResource)(nil)
	_ resource.ResourceWithConfigValidators = (*desktopPolicyResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*desktopPolicyResource)(nil)
	_ resource.ResourceWithImportState      = (*desktopPolicyResource)(nil)
	_ resource.ResourceWithIdentity         = (*desktopPolicyResource)(nil)
)

func (r *desktopPolicyResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_desktop_policy"
}

func (r *desktopPolicyResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages USB redirection and data transfer of the desktops. By default, the service forbids both. " +
			"The service does not report its policy, so Terraform cannot see out-of-band changes; `terraform apply -replace` sends the values again. " +
			"Two resources that manage the same value of one policy are an error, because neither could see that the other overwrites it.",
		Attributes: map[string]schema.Attribute{
			usbEnable: schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether USB devices are redirected to the desktop. If not set, the value does not change. Set at least one of `usb_enable` and `data_access`.",
			},
			dataAccess: schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether users may transfer data to and from the desktop. If not set, the value does not change.",
			},
			"desktop_uuid": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The uuid of the desktop that the policy belongs to. Required with `desktop.policy_scope = \"desktop\"` in the provider block, and an error otherwise. A change replaces the resource.",
				Validators:          []validator.String{uuidValidator()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"deletion_policy": schema.StringAttribute{
				Optional: true, Computed: true,
				Default: stringdefault.StaticString(deletionReset),
				MarkdownDescription: "What a destroy does: `reset` (default) turns the managed values off that no other resource manages, `abandon` leaves them as they are. " +
					"A policy that `create_before_destroy` replaces is never reset, and the apply warns: by then the provider cannot know what else manages its values.",
				Validators: []validator.String{stringvalidator.OneOf(deletionReset, deletionAbandon)},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.Block(ctx, timeouts.Opts{
				Create: true, Update: true, Delete: true,
				CreateDescription: "How long setting the policy may take, such as `5m`. Default: `10m`.",
				UpdateDescription: "How long changing the policy may take. Default: `10m`.",
				DeleteDescription: "How long resetting the policy may take. Default: `10m`.",
			})),
		},
	}
}

func (r *desktopPolicyResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"scope": identityschema.StringAttribute{RequiredForImport: true, Description: "What the policy belongs to: the word service, or the uuid of a desktop."},
		},
	}
}

func (r *desktopPolicyResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.AtLeastOneOf(path.MatchRoot(usbEnable), path.MatchRoot(dataAccess)),
	}
}

func (r *desktopPolicyResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
	r.instances = clients.From(req.ProviderData, (*clients.Set).Instances, &resp.Diagnostics)
}

func (r *desktopPolicyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan desktopPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, policyTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if err := r.set(ctx, plan); err != nil {
		resp.Diagnostics.Append(diagnose.Error("Set Policy of "+plan.owner(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(plan.setIdentity(ctx, resp.Identity)...)
}

// Read keeps the state: the service does not report its policy.
func (r *desktopPolicyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state desktopPolicyModel
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(state.setIdentity(ctx, resp.Identity)...)
}

func (r *desktopPolicyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state desktopPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, policyTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if plan.sets(state) {
		if err := r.set(ctx, plan); err != nil {
			resp.Diagnostics.Append(diagnose.Error("Set Policy of "+plan.owner(), err))
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(plan.setIdentity(ctx, resp.Identity)...)
}

// set sends the managed values. It locks the scope. So a concurrent destroy in
// the same scope resets the values before, or detects that they are managed.
func (r *desktopPolicyResource) set(ctx context.Context, plan desktopPolicyModel) error {
	unlock, err := r.instances.Lock(ctx, plan.scope())
	if err != nil {
		return err
	}
	defer unlock()
	return r.client.UpdatePolicy(ctx, plan.input())
}

func (r *desktopPolicyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, cancel := diagnose.WithTimeout(ctx, requestTimeout)
	defer cancel()
	imported, diags := importedPolicy(ctx, req)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	if err := r.checkImported(ctx, imported); err != nil {
		resp.Diagnostics.Append(diagnose.Error("Import Policy of "+imported.owner(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("desktop_uuid"), imported.DesktopUUID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_policy"), deletionReset)...)
	resp.Diagnostics.Append(imported.setIdentity(ctx, resp.Identity)...)
}
