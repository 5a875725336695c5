package clients

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc"
)

var hpcSpec = blockSpec{
	name:       "hpc",
	selectedBy: []string{"endpoint", "token"},
	variables: map[string][]string{
		"endpoint": {"CLOUDDESKTOP_HPC_ENDPOINT"},
		"token":    {"CLOUDDESKTOP_HPC_TOKEN"},
	},
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
				MarkdownDescription: "The token of the portal's API. When it has expired, the error says so. Default: the environment variable `CLOUDDESKTOP_HPC_TOKEN`.",
			},
		},
	}
}

// HPC returns the client of the HPC portal.
func (s *Set) HPC() (*hpc.Client, error) {
	return configured(s.hpc, "hpc", "CLOUDDESKTOP_HPC_ENDPOINT and CLOUDDESKTOP_HPC_TOKEN")
}

func newHPC(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) *hpc.Client {
	s := settings{blockSpec: hpcSpec, env: env, block: block}
	return configure(ctx, s, settings.hpc, func(err error) *hpc.Client { return hpc.New(hpc.Config{Unavailable: err}) }, diags)
}

func (s settings) hpc() (*hpc.Client, error) {
	if !s.isSet("endpoint") {
		return nil, s.missing("endpoint", "it is the base address of the portal")
	}
	if !s.isSet("token") {
		return nil, s.missing("token", "the portal's API requires it")
	}
	if err := s.checkHeader("token"); err != nil {
		return nil, err
	}
	endpoint, err := s.endpoint("endpoint", "")
	if err != nil {
		return nil, err
	}
	client, err := httpClient(s.env.transport())
	if err != nil {
		return nil, err
	}
	return hpc.New(hpc.Config{Endpoint: endpoint, HTTP: client, Token: s.get("token"), Retry: s.env.Retry}), nil
}
