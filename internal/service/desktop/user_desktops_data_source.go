package desktop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// NewUserDesktopsDataSource returns the data source clouddesktop_user_desktops.
func NewUserDesktopsDataSource() datasource.DataSource { return &userDesktopsDataSource{} }

type userDesktopsDataSource struct {
	client *desktop.Client
}

var _ datasource.DataSourceWithConfigure = (*userDesktopsDataSource)(nil)

type userDesktopsModel struct {
	Username types.String       `tfsdk:"username"`
	Desktops []userDesktopModel `tfsdk:"desktops"`
	Timeouts timeouts.Value     `tfsdk:"timeouts"`
}

type userDesktopModel struct {
	DesktopUUID types.String `tfsdk:"desktop_uuid"`
	DesktopName types.String `tfsdk:"desktop_name"`
}

func (d *userDesktopsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_desktops"
}

func (d *userDesktopsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The desktops of a user. If the service does not know the user, it depends on the deployment whether the list is empty or reading it fails.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The name of the user.",
				Validators:          []validator.String{nameValidator()},
			},
			"desktops": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The desktops, in the order of the service.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"desktop_uuid": schema.StringAttribute{Computed: true, MarkdownDescription: "The uuid of the desktop."},
					"desktop_name": schema.StringAttribute{Computed: true, MarkdownDescription: "The name of the desktop."},
				}},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{ReadDescription: readDescription}),
		},
	}
}

func (d *userDesktopsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
}

func (d *userDesktopsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data userDesktopsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	desktops, err := d.client.UserDesktops(ctx, data.Username.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("Read Desktops of User", err))
		return
	}
	data.fromAPI(desktops)
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}

func (m *userDesktopsModel) fromAPI(desktops []desktop.Desktop) {
	m.Desktops = make([]userDesktopModel, len(desktops))
	for i, d := range desktops {
		m.Desktops[i] = userDesktopModel{DesktopUUID: types.StringValue(d.UUID), DesktopName: types.StringValue(d.Name)}
	}
}
