// Package hpc contains the Terraform types of the HPC portal.
package hpc

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

const readTimeout = 2 * time.Minute

// NewVNCSessionsDataSource returns the data source clouddesktop_vnc_sessions.
func NewVNCSessionsDataSource() datasource.DataSource { return &vncSessionsDataSource{} }

type vncSessionsDataSource struct {
	client *hpc.Client
}

var _ datasource.DataSourceWithConfigure = (*vncSessionsDataSource)(nil)

type vncSessionsModel struct {
	User     types.String   `tfsdk:"user"`
	Hostname types.String   `tfsdk:"hostname"`
	Job      types.String   `tfsdk:"job"`
	Sessions []sessionModel `tfsdk:"sessions"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type sessionModel struct {
	ID         types.String `tfsdk:"id"`
	CreateDate types.String `tfsdk:"create_date"`
	Hostname   types.String `tfsdk:"hostname"`
	Job        types.String `tfsdk:"job"`
	Width      types.Int64  `tfsdk:"width"`
	Height     types.Int64  `tfsdk:"height"`
	Name       types.String `tfsdk:"name"`
	SID        types.String `tfsdk:"sid"`
	User       types.String `tfsdk:"user"`
	IP         types.String `tfsdk:"ip"`
	SessionID  types.String `tfsdk:"session_id"`
}

func (d *vncSessionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vnc_sessions"
}

func (d *vncSessionsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the VNC sessions on the nodes of the HPC portal. " +
			"Filters are applied by the provider and must match exactly.",
		Attributes: map[string]schema.Attribute{
			"user":     schema.StringAttribute{Optional: true, MarkdownDescription: "Only the sessions of this user."},
			"hostname": schema.StringAttribute{Optional: true, MarkdownDescription: "Only the sessions on this node."},
			"job":      schema.StringAttribute{Optional: true, MarkdownDescription: "Only the sessions of this job."},
			"sessions": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The sessions, in the order of the portal. The list is empty if there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":          schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the session in the portal."},
					"create_date": schema.StringAttribute{Computed: true, MarkdownDescription: "When the session was started, such as `2023-02-02 11:59:45`, in the local time of the portal. Null if the portal does not report it."},
					"hostname":    schema.StringAttribute{Computed: true, MarkdownDescription: "The node where the session runs."},
					"job":         schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the job of the session."},
					"width":       schema.Int64Attribute{Computed: true, MarkdownDescription: "The width of the screen in pixels. Null if the portal does not report it."},
					"height":      schema.Int64Attribute{Computed: true, MarkdownDescription: "The height of the screen in pixels, called `length` by the portal. Null if the portal does not report it."},
					"name":        schema.StringAttribute{Computed: true, MarkdownDescription: "The name of the session: the node and the display, such as `gv101:4`."},
					"sid":         schema.StringAttribute{Computed: true, MarkdownDescription: "The number of the session on its node."},
					"user":        schema.StringAttribute{Computed: true, MarkdownDescription: "The user of the session."},
					"ip":          schema.StringAttribute{Computed: true, MarkdownDescription: "The IP address of the node."},
					"session_id":  schema.StringAttribute{Computed: true, MarkdownDescription: "The unique name of the session, such as `gv101--test_1215--SIG--4`."},
				}},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{
				ReadDescription: "How long to wait for the portal, including retries, such as `5m`. Default: `2m`.",
			})),
		},
	}
}

func (d *vncSessionsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clients.From(req.ProviderData, (*clients.Set).HPC, &resp.Diagnostics)
}

func (d *vncSessionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data vncSessionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	sessions, err := d.client.Sessions(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnose.Error("List VNC Sessions", err))
		return
	}
	data.fromAPI(sessions)
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}

func (m *vncSessionsModel) fromAPI(sessions []hpc.Session) {
	m.Sessions = []sessionModel{}
	for _, s := range sessions {
		if !matches(m.User, s.User) || !matches(m.Hostname, s.Hostname) || !matches(m.Job, s.Job) {
			continue
		}
		m.Sessions = append(m.Sessions, sessionModel{
			ID:         types.StringValue(s.ID),
			CreateDate: stringOrNull(s.CreateDate),
			Hostname:   types.StringValue(s.Hostname),
			Job:        types.StringValue(s.Job),
			Width:      types.Int64PointerValue(s.Width),
			Height:     types.Int64PointerValue(s.Height),
			Name:       types.StringValue(s.Name),
			SID:        types.StringValue(s.SID),
			User:       types.StringValue(s.User),
			IP:         types.StringValue(s.IP),
			SessionID:  types.StringValue(s.SessionID),
		})
	}
}

// stringOrNull returns null for an empty string.
func stringOrNull(value string) types.String {
	if value == "" {
		return types.StringNull()
	}
	return types.StringValue(value)
}

// matches reports whether a value matches a filter. A filter that is not set
// matches every value.
func matches(filter types.String, value string) bool {
	return filter.IsNull() || filter.ValueString() == value
}
