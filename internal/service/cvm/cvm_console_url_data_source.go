package cvm

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewCVMConsoleURLDataSource returns the data source clouddesktop_cvm_console_url.
func NewCVMConsoleURLDataSource() datasource.DataSource { return &consoleURLDataSource{} }

type consoleURLDataSource struct {
	client *cvm.Client
}

var _ datasource.DataSourceWithConfigure = (*consoleURLDataSource)(nil)

type consoleURLDataSourceModel struct {
	consoleModel
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (d *consoleURLDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + typeName
}

func (d *consoleURLDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: aboutConsole + " Every plan gets a new link, and the state contains it. The ephemeral resource of the same name stores nothing.",
		Attributes: map[string]schema.Attribute{
			"instance_id":   schema.StringAttribute{Required: true, MarkdownDescription: aboutInstance, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
			"region":        schema.StringAttribute{Optional: true, MarkdownDescription: aboutRegion},
			"url":           schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: aboutURL},
			"websocket_url": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: aboutWebsocket},
			"expires_at":    schema.StringAttribute{Computed: true, MarkdownDescription: aboutExpiry},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{ReadDescription: aboutTimeout})),
		},
	}
}

func (d *consoleURLDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clients.From(req.ProviderData, (*clients.Set).CVM, &resp.Diagnostics)
}

func (d *consoleURLDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data consoleURLDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(data.open(ctx, d.client, timeout)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}
