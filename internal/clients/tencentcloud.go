package clients

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
)

type tencentcloudModel struct {
	Region        types.String `tfsdk:"region"`
	SecretID      types.String `tfsdk:"secret_id"`
	SecretKey     types.String `tfsdk:"secret_key"`
	SecurityToken types.String `tfsdk:"security_token"`
	Endpoint      types.String `tfsdk:"endpoint"`
}

func tencentcloudBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "Tencent Cloud, for the consoles of CVM instances. Without `secret_id` and `secret_key`, here and in the environment, the credentials are looked for " +
			"when they are first needed: in the file `~/.tencentcloud/credentials` (or `TENCENTCLOUD_CREDENTIALS_FILE`), then in the role of the CVM instance that Terraform runs on.",
		Attributes: map[string]schema.Attribute{
			"region": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The region of instances that name none, such as `ap-guangzhou`. Default: the environment variable `TENCENTCLOUD_REGION`.",
			},
			"secret_id": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The ID of the API key. Default: the environment variable `TENCENTCLOUD_SECRET_ID`.",
			},
			"secret_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The API key. Default: the environment variable `TENCENTCLOUD_SECRET_KEY`.",
			},
			"security_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The token of a temporary API key. Default, unless `secret_id` is given here: the environment variable `TENCENTCLOUD_SECURITY_TOKEN` or `TENCENTCLOUD_TOKEN`.",
			},
			"endpoint": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The base address of the CVM service. Default: `" + cvm.Endpoint + "`.",
			},
		},
	}
}

// CVM returns the client of Tencent Cloud's CVM.
func (s *Set) CVM() (*cvm.Client, error) {
	return configured(s.cvm, "tencentcloud", "TENCENTCLOUD_REGION, TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY")
}

func newCVM(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) *cvm.Client {
	if unknown(ctx, block) {
		return cvm.New(cvm.Config{Unavailable: ErrUnknown})
	}
	m := decode[tencentcloudModel](ctx, block, diags)
	region := env.text(m.Region, "TENCENTCLOUD_REGION")
	key := cvm.Credentials{
		SecretID:      env.text(m.SecretID, "TENCENTCLOUD_SECRET_ID"),
		SecretKey:     env.text(m.SecretKey, "TENCENTCLOUD_SECRET_KEY"),
		SecurityToken: m.SecurityToken.ValueString(),
	}
	if m.SecurityToken.IsNull() && m.SecretID.IsNull() {
		// A token belongs to the key that it was issued with.
		key.SecurityToken = cmp.Or(env.Getenv("TENCENTCLOUD_SECURITY_TOKEN"), env.Getenv("TENCENTCLOUD_TOKEN"))
	}
	source := cvm.Static(key)
	switch {
	case block.IsNull() && region == "" && key.SecretID == "":
		return nil
	case key.SecretID == "" && key.SecretKey == "" && m.SecurityToken.ValueString() == "":
		source = cvm.Found()
	case key.SecretID == "" || key.SecretKey == "":
		if !block.IsNull() {
			wrong(diags, "tencentcloud", "", "secret_id and secret_key go together. Give both, or neither to use the credentials file or the role of the CVM.")
		}
		return nil
	}
	address, err := api.ParseEndpoint(cmp.Or(m.Endpoint.ValueString(), cvm.Endpoint))
	if err != nil {
		wrong(diags, "tencentcloud", "endpoint", sentence(m.Endpoint.ValueString(), err))
		return nil
	}
	client, err := api.NewHTTPClient(env.transport())
	if err != nil {
		wrong(diags, "tencentcloud", "", err.Error())
		return nil
	}
	return cvm.New(cvm.Config{Endpoint: address, HTTP: client, Region: region, Credentials: source, Retry: env.Retry})
}
