package nova

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewServerConsoleURLDataSource returns the data source clouddesktop_server_console_url.
func NewServerConsoleURLDataSource() datasource.DataSource { return &serverConsoleURLDataSource{} }

type serverConsoleURLDataSource struct {
	compute *clients.Compute
}

var _ datasource.DataSourceWithConfigure = (*serverConsoleURLDataSource)(nil)

type serverConsoleURLDataSourceModel struct {
	consoleModel
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (d *serverConsoleURLDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + typeName
}

func (d *serverConsoleURLDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: aboutConsole + " Every plan gets a new link, and the state contains it. The ephemeral resource of the same name stores nothing.",
		Attributes: map[string]schema.Attribute{
			"server_id":  schema.StringAttribute{Required: true, MarkdownDescription: aboutServer, Validators: []validator.String{serverID}},
			"cloud":      schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: aboutCloud, Validators: []validator.String{stringvalidator.OneOf(clouds...)}},
			"url":        schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: aboutURL},
			"type":       schema.StringAttribute{Computed: true, MarkdownDescription: aboutType},
			"protocol":   schema.StringAttribute{Computed: true, MarkdownDescription: aboutProtocol},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: aboutExpiry},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{ReadDescription: aboutTimeout})),
		},
	}
}

func (d *serverConsoleURLDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.compute = clients.From(req.ProviderData, (*clients.Set).Compute, &resp.Diagnostics)
}

func (d *serverConsoleURLDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data serverConsoleURLDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(data.open(ctx, d.compute, timeout)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}
