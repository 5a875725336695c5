// Package nova contains the Terraform types for servers of Huawei Cloud ECS and
// OpenStack.
package nova

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

const readTimeout = 2 * time.Minute

var (
	// clouds are the values of cloud.
	clouds   = []string{"huaweicloud", "openstack"}
	serverID = stringvalidator.RegexMatches(regexp.MustCompile(`^[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}$`), "must be the ID of the server, such as 47bc79ae-df61-4ade-9197-283a74e5d70e, not its name")
)

// The texts that the data source and the ephemeral resource share.
const (
	typeName      = "_server_console_url"
	aboutConsole  = "Gets a link to the VNC console of a server of Huawei Cloud ECS or OpenStack. On most clouds the link works for ten minutes, for everybody who has it. The server must be running."
	aboutServer   = "The ID of the server."
	aboutCloud    = "The cloud of the server, `huaweicloud` or `openstack`. Default: the one that the provider configures; required if it configures both."
	aboutURL      = "The link to open in a browser."
	aboutType     = "The kind of the console, `novnc`."
	aboutProtocol = "The protocol of the console, `vnc`."
	aboutExpiry   = "When the link stops working (RFC 3339), if the cloud keeps the default of ten minutes. A cloud does not report its setting `token_ttl`."
	aboutTimeout  = "How long to wait for the link, including retries, such as `5m`. The provider waits for a server that is being built or changed. Default: `2m`."
)

type consoleModel struct {
	ServerID  types.String `tfsdk:"server_id"`
	Cloud     types.String `tfsdk:"cloud"`
	URL       types.String `tfsdk:"url"`
	Type      types.String `tfsdk:"type"`
	Protocol  types.String `tfsdk:"protocol"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

// open opens a console in the cloud and sets the model.
func (m *consoleModel) open(ctx context.Context, compute *clients.Compute, timeout time.Duration) (diags diag.Diagnostics) {
	client, cloud, err := compute.Cloud(m.Cloud.ValueString())
	if err != nil {
		diags.Append(diagnose.AttributeError(path.Root("cloud"), "Unable to Choose Cloud", err.Error()))
		return diags
	}
	ctx, cancel := diagnose.WithTimeout(ctx, timeout)
	defer cancel()
	console, err := client.RemoteConsole(ctx, m.ServerID.ValueString())
	if err != nil {
		diags.Append(diagnose.Error("Open Server Console", err))
		return diags
	}
	m.fromAPI(cloud, console)
	return diags
}

func (m *consoleModel) fromAPI(cloud string, c nova.Console) {
	m.Cloud = types.StringValue(cloud)
	m.URL = types.StringValue(c.URL)
	m.Type = types.StringValue(c.Type)
	m.Protocol = types.StringValue(c.Protocol)
	m.ExpiresAt = types.StringValue(c.Expires.UTC().Format(time.RFC3339))
}
