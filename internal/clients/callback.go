package clients

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
)

type callbackModel struct {
	Listen         types.String `tfsdk:"listen"`
	URL            types.String `tfsdk:"url"`
	Inbox          types.String `tfsdk:"inbox"`
	TLSCertificate types.String `tfsdk:"tls_certificate"`
	TLSKey         types.String `tfsdk:"tls_key"`
}

func callbackBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "Where the cloud desktop service reports the end of an order. The provider listens there itself, " +
			"from the first order of an apply to its end, never during a plan.",
		Attributes: map[string]schema.Attribute{
			"listen": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The address to listen on, such as `0.0.0.0:8700`. The runs of one user on one machine share a port if they name the same host and certificate, but not on Windows. Default: `127.0.0.1:0`, a free port that only this machine reaches.",
			},
			"url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The base address that the service is told to call, such as `https://runner.example.com:8700`. It must lead to `listen`, which then needs a fixed port. Default: the address of `listen`.",
			},
			"inbox": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The directory that keeps callbacks until they are dealt with. No other user can read it. Default: `clouddesktop` in Terraform's data directory (`.terraform`, or what `TF_DATA_DIR` says).",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"tls_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The certificate (PEM) to listen with, its chain included. It goes with `tls_key`. Without it the provider listens without TLS.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("tls_key"))},
			},
			"tls_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The private key (PEM) of `tls_certificate`.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("tls_certificate"))},
			},
		},
	}
}

// callbackAttributes are the attributes of the fields of a callback.Config.
var callbackAttributes = map[string]string{
	"Listen": "listen", "URL": "url", "Certificate": "tls_certificate", "Key": "tls_key",
}

// newCallbacks returns where callbacks arrive.
func newCallbacks(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) *callback.Receiver {
	m := decode[callbackModel](ctx, block, diags)
	listen := "127.0.0.1:0"
	if !m.Listen.IsNull() {
		listen = m.Listen.ValueString()
	}
	inbox := m.Inbox.ValueString()
	if strings.Contains(inbox, "://") {
		wrong(diags, "callback", "inbox", "It is an address, but only a directory can be an inbox. Write the path of a directory.")
		return nil
	}
	if inbox == "" {
		inbox = filepath.Join(dataDir(env), "clouddesktop")
	}
	exchange, err := callback.New(callback.Config{
		Listen:      listen,
		URL:         m.URL.ValueString(),
		Store:       callback.NewDirectory(inbox),
		Certificate: []byte(m.TLSCertificate.ValueString()),
		Key:         []byte(m.TLSKey.ValueString()),
		Logger:      env.Logger,
	})
	if wrongField, ok := errors.AsType[*callback.ConfigError](err); ok {
		wrong(diags, "callback", callbackAttributes[wrongField.Field], wrongField.Problem)
	}
	return exchange
}

// dataDir is where Terraform keeps its own files for this configuration.
func dataDir(env Env) string {
	if dir := env.Getenv("TF_DATA_DIR"); dir != "" {
		return dir
	}
	return ".terraform"
}
