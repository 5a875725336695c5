package clients

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
)

// tencentCloudSpec is the specification of the block. A security token is used
// only with the key from the same source.
var tencentCloudSpec = blockSpec{
	name:       "tencentcloud",
	selectedBy: []string{"region", "secret_id", "secret_key"},
	variables: map[string][]string{
		"region":         {"TENCENTCLOUD_REGION"},
		"secret_id":      {"TENCENTCLOUD_SECRET_ID"},
		"secret_key":     {"TENCENTCLOUD_SECRET_KEY"},
		"security_token": {"TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_TOKEN"},
	},
	overriddenBy: map[string][]string{"security_token": {"secret_id"}},
	methods: []authMethod{
		{name: byKey, selectedBy: []string{"secret_id", "secret_key"}, required: []string{"secret_id", "secret_key"}},
	},
}

func tencentCloudBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "Tencent Cloud, for the consoles of CVM instances. Without `secret_id` and `secret_key`, here and in the environment, the provider looks for credentials " +
			"when it first needs them: in the file `~/.tencentcloud/credentials` (or `TENCENTCLOUD_CREDENTIALS_FILE`), then in the role of the CVM instance that Terraform runs on.",
		Attributes: map[string]schema.Attribute{
			"region": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The region of instances that do not set one, such as `ap-guangzhou`. Default: the environment variable `TENCENTCLOUD_REGION`.",
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
				MarkdownDescription: "The token of a temporary API key. Default, unless `secret_id` is set here: the environment variable `TENCENTCLOUD_SECURITY_TOKEN` or `TENCENTCLOUD_TOKEN`.",
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
	s := settings{blockSpec: tencentCloudSpec, env: env, block: block}
	return configure(ctx, s, settings.cvm, func(err error) *cvm.Client { return cvm.New(cvm.Config{Unavailable: err}) }, diags)
}

func (s settings) cvm() (*cvm.Client, error) {
	credentials, err := s.cvmCredentials()
	if err != nil {
		return nil, err
	}
	endpoint, err := s.endpoint("endpoint", cvm.Endpoint)
	if err != nil {
		return nil, err
	}
	client, err := httpClient(s.env.transport())
	if err != nil {
		return nil, err
	}
	return cvm.New(cvm.Config{Endpoint: endpoint, HTTP: client, Region: s.get("region"), Credentials: credentials, Retry: s.env.Retry}), nil
}

// cvmCredentials returns a provider of the configured key, or else of the
// credentials that Tencent's tools would use.
func (s settings) cvmCredentials() (cvm.CredentialsProvider, error) {
	method, err := s.method()
	if err != nil {
		return nil, err
	}
	if method.name == "" {
		if value, _ := s.in(fromBlock, "security_token"); value != "" {
			return nil, s.missing("secret_id", "security_token requires it")
		}
		return cvm.DefaultCredentials(), nil
	}
	return cvm.StaticCredentials(cvm.Credentials{
		SecretID: s.get("secret_id"), SecretKey: s.get("secret_key"), SecurityToken: s.get("security_token"),
	}), nil
}
