// Package workspace contains the Terraform types of Huawei Cloud Workspace.
package workspace

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

const readTimeout = 2 * time.Minute

// NewLoginRecordsDataSource returns the data source clouddesktop_login_records.
func NewLoginRecordsDataSource() datasource.DataSource { return &loginRecordsDataSource{} }

type loginRecordsDataSource struct {
	client *workspace.Client
}

var (
	_ datasource.DataSourceWithConfigure      = (*loginRecordsDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*loginRecordsDataSource)(nil)
)

func (d *loginRecordsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_login_records"
}

func (d *loginRecordsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}}
	}
	at := func(description, other string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{
			timeValidator{}, stringvalidator.AlsoRequires(path.MatchRoot(other)),
		}}
	}
	rtt := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{CustomType: wholenumber.Type{}, Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(0)}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the logins to the cloud desktops of Huawei Cloud Workspace, in the order of the service. " +
			"All arguments except `max_records` and `timeouts` are filters of the service. Without a filter, the provider reads every login.",
		Attributes: map[string]schema.Attribute{
			"start_time": at("Only logins after this time. Requires `end_time`. The format is RFC 3339, such as `2016-08-20T21:11:00+08:00`, or that of the service, `2016-08-20T21:11Z`. "+
				"The service has no seconds, so this time is rounded down to the minute.", "end_time"),
			"end_time":              at("Only logins before this time, in the same format. Requires `start_time`. It is rounded up to the minute.", "start_time"),
			"user_name":             text("Only logins of this user."),
			"computer_name":         text("Only logins to the desktop with this computer name."),
			"terminal_type":         text("Only logins from this type of terminal. The service documents `WI`, the client of the cloud desktop."),
			"min_network_rtt":       rtt("Only logins with at least this end-to-end latency, in milliseconds."),
			"max_network_rtt":       rtt("Only logins with at most this end-to-end latency, in milliseconds."),
			"enterprise_project_id": text("Only logins of this enterprise project."),
			"max_records": schema.Int64Attribute{
				CustomType:          wholenumber.Type{},
				Optional:            true,
				MarkdownDescription: "The largest number of records to read. Default: all that match. The state contains every record, and there may be very many.",
				Validators:          []validator.Int64{int64validator.Between(1, 1<<31-1)},
			},
			"total_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "How many records match, including those beyond `max_records`."},
			"records": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The records. The list is empty if none matches. A field that the service does not report is null.",
				NestedObject:        schema.NestedAttributeObject{Attributes: recordAttributes()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{
				ReadDescription: "How long to wait for all pages, including retries, such as `5m`. Default: `2m`.",
			})),
		},
	}
}

func recordAttributes() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"sid":                       text("The SID of the desktop."),
		"transaction_id":            text("The ID of the login."),
		"computer_name":             text("The computer name of the desktop."),
		"user_name":                 text("The user who logged in."),
		"terminal_mac":              text("The MAC address of the terminal."),
		"terminal_name":             text("The name of the terminal."),
		"terminal_ip":               text("The IP address of the terminal."),
		"client_version":            text("The version of the client on the terminal."),
		"terminal_type":             text("The operating system of the terminal."),
		"agent_version":             text("The version of the agent on the desktop."),
		"desktop_ip":                text("The IP address of the desktop."),
		"connection_start_time":     text("When the client began to connect."),
		"connection_setup_time":     text("When the connection was established."),
		"connection_end_time":       text("When the connection ended."),
		"is_reconnect":              schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it was a reconnection."},
		"connection_failure_reason": text("Why the connection failed."),
		"network_rtt":               schema.Int64Attribute{Computed: true, MarkdownDescription: "The latency of the network, in milliseconds."},
		"e2e_rtt":                   schema.Int64Attribute{Computed: true, MarkdownDescription: "The end-to-end latency, in milliseconds."},
		"source_ip":                 text("The source IP address of the client."),
		"public_ip":                 text("The public IP address of the client."),
		"enterprise_project_id":     text("The ID of the enterprise project."),
	}
}

func (d *loginRecordsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clients.From(req.ProviderData, (*clients.Set).Workspace, &resp.Diagnostics)
}

func (d *loginRecordsDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var data loginRecordsModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &data)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(data.checkRanges()...)
}

func (d *loginRecordsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data loginRecordsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()

	data.Records = []recordModel{}
	for page, err := range d.client.LoginRecords(ctx, data.input()) {
		if err != nil {
			resp.Diagnostics.Append(diagnose.Error("Read Login Records", err))
			return
		}
		data.fromAPI(page)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}
