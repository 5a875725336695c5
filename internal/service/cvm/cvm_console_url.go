// Package cvm contains the Terraform types of Tencent Cloud CVM.
package cvm

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

const readTimeout = 2 * time.Minute

// The texts that the data source and the ephemeral resource share.
const (
	typeName       = "_cvm_console_url"
	aboutConsole   = "Gets a link to the VNC console of a Tencent Cloud CVM instance. The link works once, within 15 seconds. The instance must be running."
	aboutInstance  = "The ID of the instance, such as `ins-r9hr2upy`."
	aboutRegion    = "The region of the instance, such as `ap-guangzhou`. Default: the region of the provider."
	aboutURL       = "The link to open in a browser."
	aboutWebsocket = "The `wss` address, for your own VNC client."
	aboutExpiry    = "When both addresses stop working if neither has been used (RFC 3339)."
	aboutTimeout   = "How long to wait for the link, including retries, such as `5m`. The provider waits for an instance that is starting. Default: `2m`."
)

type consoleModel struct {
	InstanceID   types.String `tfsdk:"instance_id"`
	Region       types.String `tfsdk:"region"`
	URL          types.String `tfsdk:"url"`
	WebsocketURL types.String `tfsdk:"websocket_url"`
	ExpiresAt    types.String `tfsdk:"expires_at"`
}

// open gets a console URL and sets the model.
func (m *consoleModel) open(ctx context.Context, client *cvm.Client, timeout time.Duration) (diags diag.Diagnostics) {
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()
	console, err := client.ConsoleURL(ctx, cvm.ConsoleInput{InstanceID: m.InstanceID.ValueString(), Region: m.Region.ValueString()})
	if err != nil {
		diags.Append(diagnose.Error("Get CVM Console URL", err))
		return diags
	}
	m.fromAPI(console)
	return diags
}

func (m *consoleModel) fromAPI(c cvm.Console) {
	m.URL = types.StringValue(c.URL)
	m.WebsocketURL = types.StringValue(c.WebsocketURL)
	m.ExpiresAt = types.StringValue(c.ExpiresAt.UTC().Format(time.RFC3339))
}
