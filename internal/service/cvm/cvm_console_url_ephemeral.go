package cvm

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewCVMConsoleURLEphemeral returns the ephemeral resource clouddesktop_cvm_console_url.
func NewCVMConsoleURLEphemeral() ephemeral.EphemeralResource { return &consoleURLEphemeral{} }

type consoleURLEphemeral struct {
	client *cvm.Client
}

var _ ephemeral.EphemeralResourceWithConfigure = (*consoleURLEphemeral)(nil)

type consoleURLEphemeralModel struct {
	consoleModel
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (e *consoleURLEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + typeName
}

func (e *consoleURLEphemeral) Schema(ctx context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: aboutConsole + " Every plan and every apply gets a new link, and nothing stores it. Requires Terraform 1.10 or OpenTofu 1.11.",
		Attributes: map[string]schema.Attribute{
			"instance_id":   schema.StringAttribute{Required: true, MarkdownDescription: aboutInstance, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
			"region":        schema.StringAttribute{Optional: true, MarkdownDescription: aboutRegion},
			"url":           schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: aboutURL},
			"websocket_url": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: aboutWebsocket},
			"expires_at":    schema.StringAttribute{Computed: true, MarkdownDescription: aboutExpiry},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{OpenDescription: aboutTimeout})),
		},
	}
}

func (e *consoleURLEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = clients.From(req.ProviderData, (*clients.Set).CVM, &resp.Diagnostics)
}

func (e *consoleURLEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var data consoleURLEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Open(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(data.open(ctx, e.client, timeout)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, &data)...)
}
