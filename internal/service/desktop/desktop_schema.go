package desktop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
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

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

// The largest sizes are 2^53 bytes, because other programs may round larger
// JSON numbers.
const (
	maxMemoryMiB = 1 << 33
	maxDiskGiB   = 1 << 23
)

func (r *desktopResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := stringplanmodifier.UseStateForUnknown()
	resp.Schema = schema.Schema{
		MarkdownDescription: "Orders a cloud desktop for a new user of a group or for an existing user, and resizes it. " +
			"The service cannot delete a desktop: see `deletion_policy`. It does not report the operating system, the number of processors and the memory: see the guide on drift.",
		Attributes: map[string]schema.Attribute{
			"user_group": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The group in which the service creates a user for the desktop: `dev_01`, `dev_02`, and so on for the group `dev`. Set exactly one of `user_group` and `username`. A change forces a new desktop; the old one keeps running.",
				Validators:          []validator.String{nameValidator()},
			},
			"username": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The user of the desktop. Set it to order a desktop for an existing user; otherwise it is the user that the service created in `user_group`. A change forces a new desktop; the old one keeps running.",
				Validators:          []validator.String{nameValidator()},
				PlanModifiers:       []planmodifier.String{keep},
			},
			"os": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The operating system, one of the provider's `desktop.operating_systems`. Required for a new desktop; optional for an imported one, because the service does not report it. A change forces a new desktop; the old one keeps running.",
			},
			"cpu": schema.Int64Attribute{
				CustomType:          wholenumber.Type{},
				Optional:            true,
				MarkdownDescription: "The number of processors. If not set, the service chooses it.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"memory_mib": schema.Int64Attribute{
				CustomType:          wholenumber.Type{},
				Optional:            true,
				MarkdownDescription: "The memory in MiB. If not set, the service chooses it.",
				Validators:          []validator.Int64{int64validator.Between(1, maxMemoryMiB)},
			},
			"disk_gib": schema.Int64Attribute{
				CustomType:          wholenumber.Type{},
				Optional:            true,
				MarkdownDescription: "The size of the data disk in GiB. It can only grow. If not set, the provider neither changes nor reads the disks.",
				Validators:          []validator.Int64{int64validator.Between(1, maxDiskGiB)},
			},
			// A write-only value is never stored or shown, so it is not marked
			// sensitive. Terraform 1.11 compares the sensitive attributes of a
			// resource in random order, and with two of them, some refresh-only
			// plans report drift.
			"password_wo": schema.StringAttribute{
				Optional: true, WriteOnly: true,
				MarkdownDescription: "The password that replaces the user's initial password. It is never stored. Requires `password_wo_version`. Requires Terraform 1.11 or OpenTofu 1.11.",
				Validators: []validator.String{
					stringvalidator.LengthAtLeast(1),
					stringvalidator.AlsoRequires(path.MatchRoot(passwordVersion)),
				},
			},
			passwordVersion: schema.Int64Attribute{
				CustomType:          wholenumber.Type{},
				Optional:            true,
				MarkdownDescription: "Increment this number to send `password_wo` again.",
				Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("password_wo"))},
			},
			"password_recipient": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "An age or SSH public key. If set, the initial password is stored in encrypted form only, in `encrypted_password`.",
				Validators:          []validator.String{recipientValidator{}},
			},
			"deletion_policy": schema.StringAttribute{
				Optional: true, Computed: true,
				Default: stringdefault.StaticString(deletionAbandon),
				MarkdownDescription: "What a destroy does, because the service cannot delete a desktop: `abandon` (default) leaves it running, " +
					"`revoke` also resets the user's password to a random one, `prevent` is an error at plan time, before anything is ordered. " +
					"With `-refresh=false`, a plan cannot see that a desktop with `prevent` is tainted: then the apply reports the error, after it has ordered a new desktop if `create_before_destroy` is set.",
				Validators: []validator.String{stringvalidator.OneOf(deletionAbandon, deletionRevoke, deletionPrevent)},
			},
			"desktop_uuid": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The uuid of the desktop.",
				PlanModifiers:       []planmodifier.String{keep},
			},
			"desktop_name": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The name of the desktop.",
				PlanModifiers:       []planmodifier.String{keep},
			},
			"password": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The initial password of the user. It is null if the service set none, or if `password_wo` or `password_recipient` is set.",
				PlanModifiers:       []planmodifier.String{keep},
			},
			"encrypted_password": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The initial password of the user, encrypted with `password_recipient`. It is in the armored format of age, which `age --decrypt` reads.",
				PlanModifiers:       []planmodifier.String{keep},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "How long to wait for a new desktop, such as `45m`. Default: `30m`.",
				ReadDescription:   "How long reading the desktop may take, retries included. Default: `2m`.",
				UpdateDescription: "How long to wait for new sizes and passwords. Default: `20m`.",
				DeleteDescription: "How long resetting the password may take with `revoke`. Default: `2m`.",
			})),
		},
	}
}

func (r *desktopResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"username":     identityschema.StringAttribute{RequiredForImport: true, Description: "The user who has the desktop."},
			"desktop_uuid": identityschema.StringAttribute{RequiredForImport: true, Description: "The uuid of the desktop."},
		},
	}
}

func (r *desktopResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.ExactlyOneOf(path.MatchRoot("user_group"), path.MatchRoot("username")),
	}
}
