package clients

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/net/http/httpguts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc"
)

type hpcModel struct {
	Endpoint types.String `tfsdk:"endpoint"`
	Token    types.String `tfsdk:"token"`
}

func hpcBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "The HPC portal, for VNC sessions.",
		Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The base address of the portal, such as `https://hpc.example.com:65106`. Default: the environment variable `CLOUDDESKTOP_HPC_ENDPOINT`.",
			},
			"token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The token of the portal's API. It expires; the error then says when. Default: the environment variable `CLOUDDESKTOP_HPC_TOKEN`.",
			},
		},
	}
}

// HPC returns the client of the HPC portal.
func (s *Set) HPC() (*hpc.Client, error) {
	return configured(s.hpc, "hpc", "CLOUDDESKTOP_HPC_ENDPOINT and CLOUDDESKTOP_HPC_TOKEN")
}

func newHPC(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) *hpc.Client {
	if unknown(ctx, block) {
		return hpc.New(hpc.Config{Unavailable: ErrUnknown})
	}
	m := decode[hpcModel](ctx, block, diags)
	endpoint := env.text(m.Endpoint, "CLOUDDESKTOP_HPC_ENDPOINT")
	token := env.text(m.Token, "CLOUDDESKTOP_HPC_TOKEN")
	switch {
	case block.IsNull() && (endpoint == "" || token == ""):
		return nil
	case endpoint == "":
		wrong(diags, "hpc", "endpoint", "It is missing. Write the base address of the portal, or set CLOUDDESKTOP_HPC_ENDPOINT.")
		return nil
	case token == "":
		wrong(diags, "hpc", "token", "It is missing. Write a token of the portal's API, or set CLOUDDESKTOP_HPC_TOKEN.")
		return nil
	case !httpguts.ValidHeaderFieldValue(token):
		wrong(diags, "hpc", "token", "It cannot be sent: it holds a line break or another control character. A file read with file() may need trimspace().")
		return nil
	}
	address, err := api.ParseEndpoint(endpoint)
	if err != nil {
		wrong(diags, "hpc", "endpoint", sentence(endpoint, err))
		return nil
	}
	client, err := api.NewHTTPClient(env.transport())
	if err != nil {
		wrong(diags, "hpc", "", err.Error())
		return nil
	}
	return hpc.New(hpc.Config{Endpoint: address, HTTP: client, Token: token, Retry: env.Retry})
}
