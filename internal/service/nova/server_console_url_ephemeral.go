package nova

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewServerConsoleURLEphemeral returns the ephemeral resource clouddesktop_server_console_url.
func NewServerConsoleURLEphemeral() ephemeral.EphemeralResource { return &serverConsoleURLEphemeral{} }

type serverConsoleURLEphemeral struct {
	compute *clients.Compute
}

var _ ephemeral.EphemeralResourceWithConfigure = (*serverConsoleURLEphemeral)(nil)

type serverConsoleURLEphemeralModel struct {
	consoleModel
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (e *serverConsoleURLEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + typeName
}

func (e *serverConsoleURLEphemeral) Schema(ctx context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: aboutConsole + " Every plan and every apply gets a new link, and nothing stores it. Requires Terraform 1.10 or OpenTofu 1.11.",
		Attributes: map[string]schema.Attribute{
			"server_id":  schema.StringAttribute{Required: true, MarkdownDescription: aboutServer, Validators: []validator.String{serverID}},
			"cloud":      schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: aboutCloud, Validators: []validator.String{stringvalidator.OneOf(clouds...)}},
			"url":        schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: aboutURL},
			"type":       schema.StringAttribute{Computed: true, MarkdownDescription: aboutType},
			"protocol":   schema.StringAttribute{Computed: true, MarkdownDescription: aboutProtocol},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: aboutExpiry},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{OpenDescription: aboutTimeout})),
		},
	}
}

func (e *serverConsoleURLEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.compute = clients.From(req.ProviderData, (*clients.Set).Compute, &resp.Diagnostics)
}

func (e *serverConsoleURLEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var data serverConsoleURLEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Open(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(data.open(ctx, e.compute, timeout)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, &data)...)
}
