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
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewDesktopVolumesDataSource returns the data source clouddesktop_desktop_volumes.
func NewDesktopVolumesDataSource() datasource.DataSource { return &desktopVolumesDataSource{} }

type desktopVolumesDataSource struct {
	client *desktop.Client
}

var _ datasource.DataSourceWithConfigure = (*desktopVolumesDataSource)(nil)

type desktopVolumesModel struct {
	DesktopUUID types.String   `tfsdk:"desktop_uuid"`
	Volumes     []volumeModel  `tfsdk:"volumes"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

type volumeModel struct {
	VolumeUUID types.String `tfsdk:"volume_uuid"`
	VolumeName types.String `tfsdk:"volume_name"`
	SizeBytes  types.Int64  `tfsdk:"size_bytes"`
	Status     types.String `tfsdk:"status"`
}

// readDescription describes the timeout of a data source.
const readDescription = "How long reading may take, retries included, such as `5m`. Default: `2m`."

func (d *desktopVolumesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_desktop_volumes"
}

func (d *desktopVolumesDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the data disks of a desktop with their sizes.",
		Attributes: map[string]schema.Attribute{
			"desktop_uuid": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The uuid of the desktop.",
				Validators:          []validator.String{uuidValidator()},
			},
			"volumes": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The data disks, in the order of the service.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"volume_uuid": schema.StringAttribute{Computed: true, MarkdownDescription: "The uuid of the disk."},
					"volume_name": schema.StringAttribute{Computed: true, MarkdownDescription: "The name of the disk."},
					"size_bytes":  schema.Int64Attribute{Computed: true, MarkdownDescription: "The size of the disk in bytes."},
					"status":      schema.StringAttribute{Computed: true, MarkdownDescription: "The state of the disk, as the service reports it."},
				}},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{ReadDescription: readDescription})),
		},
	}
}

func (d *desktopVolumesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clients.From(req.ProviderData, (*clients.Set).Desktop, &resp.Diagnostics)
}

func (d *desktopVolumesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data desktopVolumesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, requestTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	volumes, err := d.client.Volumes(ctx, data.DesktopUUID.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("Read Volumes of Desktop", err))
		return
	}
	data.fromVolumes(volumes)
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}

func (m *desktopVolumesModel) fromVolumes(volumes []desktop.Volume) {
	m.Volumes = make([]volumeModel, len(volumes))
	for i, v := range volumes {
		m.Volumes[i] = volumeModel{
			VolumeUUID: types.StringValue(v.UUID),
			VolumeName: types.StringValue(v.Name),
			SizeBytes:  types.Int64Value(v.SizeBytes),
			Status:     types.StringValue(v.Status),
		}
	}
}
