package desktop

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewUserDesktopsDataSource returns the data source clouddesktop_user_desktops.
func NewUserDesktopsDataSource() datasource.DataSource { return &userDesktopsDataSource{} }

type userDesktopsDataSource struct {
	client *desktop.Client
}

var (
	_ datasource.DataSourceWithConfigure        = (*userDesktopsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userDesktopsDataSource)(nil)
)

type userDesktopsModel struct {
	Username  types.String       `tfsdk:"username"`
	UserGroup types.String       `tfsdk:"user_group"`
	Desktops  []userDesktopModel `tfsdk:"desktops"`
	Timeouts  timeouts.Value     `tfsdk:"timeouts"`
}

type userDesktopModel struct {
	Username    types.String `tfsdk:"username"`
	DesktopUUID types.String `tfsdk:"desktop_uuid"`
	DesktopName types.String `tfsdk:"desktop_name"`
}

func (d *userDesktopsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_desktops"
}

func (d *userDesktopsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the desktops of a user, or of all users of a group. Whether an unknown `username` is an error or an empty list depends on the deployment. " +
			"For an unknown `user_group`, the list is empty and the provider warns.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The user whose desktops are listed. Set exactly one of `username` and `user_group`.",
				Validators:          []validator.String{nameValidator()},
			},
			"user_group": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: groupDescription,
				Validators:          []validator.String{nameValidator()},
			},
			"desktops": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The desktops, by user, in the order of the service.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"username":     schema.StringAttribute{Computed: true, MarkdownDescription: "The user who has the desktop."},
					"desktop_uuid": schema.StringAttribute{Computed: true, MarkdownDescription: "The uuid of the desktop."},
					"desktop_name": schema.StringAttribute{Computed: true, MarkdownDescription: "The name of the desktop."},
				}},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{
				ReadDescription: "How long reading may take, such as `5m`. Default: `2m`, and `10m` with `user_group`.",
			})),
		},
	}
}

func (d *userDesktopsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("username"), path.MatchRoot("user_group")),
	}
}

func (d *userDesktopsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
}

func (d *userDesktopsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data userDesktopsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	byDefault := requestTimeout
	if !data.UserGroup.IsNull() {
		byDefault = listTimeout
	}
	timeout, diags := data.Timeouts.Read(ctx, byDefault)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	if resp.Diagnostics.Append(d.find(ctx, &data)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}

// find reads the desktops of the user, or of the users of the group, into data.
func (d *userDesktopsDataSource) find(ctx context.Context, data *userDesktopsModel) diag.Diagnostics {
	data.Desktops = []userDesktopModel{}
	if data.UserGroup.IsNull() {
		user := desktopsOf(ctx, d.client, data.Username.ValueString())
		if user.err != nil {
			return diag.Diagnostics{diagnose.Error("Read Desktops of User", fmt.Errorf("the desktops of user %s cannot be listed: %w", user.name, user.err))}
		}
		data.add(user)
		return nil
	}
	group := data.UserGroup.ValueString()
	for user := range usersOf(ctx, d.client, group) {
		switch {
		case user.err == nil:
			data.add(user)
		case !isUnknownUser(user.err):
			return diag.Diagnostics{diagnose.Error("Read Desktops of Group",
				fmt.Errorf("the desktops of group %s, user %s, cannot be listed: %w", group, user.name, user.err))}
		}
	}
	if len(data.Desktops) == 0 {
		return diag.Diagnostics{unknownGroup(group)}
	}
	return nil
}

func (m *userDesktopsModel) add(user userDesktops) {
	for _, d := range user.desktops {
		m.Desktops = append(m.Desktops, userDesktopModel{
			Username: types.StringValue(user.name), DesktopUUID: types.StringValue(d.UUID), DesktopName: types.StringValue(d.Name),
		})
	}
}
