package clients

import (
	"context"
	"fmt"
	"net/url"
	"regexp"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
)

const huaweiCloudName = "huaweicloud"

// The ways to authenticate to the clouds.
const (
	byToken      = "token"
	byPassword   = "password"
	byKey        = "access key"
	byCredential = "application credential"
)

// huaweiVariables are those of Huawei's own provider.
var huaweiVariables = map[string][]string{
	"region":         {"HW_REGION_NAME"},
	"project_id":     {"HW_PROJECT_ID"},
	"iam_endpoint":   {"HW_AUTH_URL"},
	"token":          {"HW_AUTH_TOKEN"},
	"user_name":      {"HW_USER_NAME"},
	"password":       {"HW_USER_PASSWORD"},
	"domain_name":    {"HW_DOMAIN_NAME"},
	"access_key":     {"HW_ACCESS_KEY"},
	"secret_key":     {"HW_SECRET_KEY"},
	"security_token": {"HW_SECURITY_TOKEN"},
	"domain":         {"HW_CLOUD"},
}

// huaweiWays leaves domain_name out of the marks: it goes with an access key as
// well in many configurations of Huawei's own provider.
var huaweiWays = []way{
	{name: byToken, marks: []string{"token"}, needs: []string{"token"}},
	{name: byPassword, marks: []string{"user_name", "password"}, needs: []string{"user_name", "password", "domain_name"}},
	{name: byKey, marks: []string{"access_key", "secret_key", "security_token"}, needs: []string{"access_key", "secret_key"}},
}

func huaweiCloudBlock() schema.Block {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description}
	}
	return schema.SingleNestedBlock{
		MarkdownDescription: "Huawei Cloud, for login records and for the consoles of ECS servers. Authenticate in one of three ways: `token`; " +
			"`user_name`, `password` and `domain_name`; `access_key` and `secret_key`.",
		Attributes: map[string]schema.Attribute{
			"region":             text("The region, such as `cn-north-4`, of which the addresses of the services are made. Default: the environment variable `HW_REGION_NAME`. The environment variable `HW_CLOUD` replaces `myhuaweicloud.com` in the addresses."),
			"project_id":         text("The ID of the project. Default: the environment variable `HW_PROJECT_ID`; with a user name, the region's own project."),
			"workspace_endpoint": text("The address of Workspace. Default: `https://workspace.<region>.myhuaweicloud.com`."),
			"ecs_endpoint":       text("The address of ECS, without a version. Default: `https://ecs.<region>.myhuaweicloud.com`."),
			"iam_endpoint":       text("The address of IAM, which only a login with a user name asks. Default: the environment variable `HW_AUTH_URL`, else `https://iam.<region>.myhuaweicloud.com`."),
			"token":              secret("A token of the project. It cannot be renewed when it expires. Default: the environment variable `HW_AUTH_TOKEN`."),
			"user_name":          text("The name of an IAM user. Default: the environment variable `HW_USER_NAME`."),
			"password":           secret("The password of the user. Default: the environment variable `HW_USER_PASSWORD`."),
			"domain_name":        text("The name of the account that the user belongs to. Default: the environment variable `HW_DOMAIN_NAME`."),
			"access_key":         text("The ID of an access key (AK). Default: the environment variable `HW_ACCESS_KEY`."),
			"secret_key":         secret("The secret access key (SK). Default: the environment variable `HW_SECRET_KEY`."),
			"security_token":     secret("The security token of a temporary access key. Default: the environment variable `HW_SECURITY_TOKEN`."),
		},
	}
}

// huaweiCloud holds the clients of Huawei Cloud, which share one login.
type huaweiCloud struct {
	workspace *workspace.Client
	nova      *nova.Client
}

// Workspace returns the client of Huawei Cloud Workspace.
func (s *Set) Workspace() (*workspace.Client, error) {
	return configured(s.workspace, huaweiCloudName, "the HW_… variables of Huawei's provider")
}

func newHuaweiCloud(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) huaweiCloud {
	c := cloud{huaweiCloudName, env, block, huaweiVariables}
	return build(ctx, c, huaweiWays, c.huaweiCloud, func(err error) huaweiCloud {
		return huaweiCloud{workspace.New(workspace.Config{Unavailable: err}), nova.New(nova.Config{Unavailable: err})}
	}, diags)
}

// Addresses are made of the region and the project.
var (
	regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	projectID  = regexp.MustCompile(`^[0-9A-Za-z_-]*$`)
)

func (c cloud) huaweiCloud(w way) (huaweiCloud, error) {
	region := c.get("region")
	if region == "" && (!c.given("workspace_endpoint") || !c.given("ecs_endpoint") || w.name == byPassword && !c.given("iam_endpoint")) {
		return huaweiCloud{}, c.missing("region", "the addresses of the services are made of it")
	}
	if region != "" && !regionName.MatchString(region) {
		return huaweiCloud{}, &mistake{"region", fmt.Sprintf("%q is no region. Write one like cn-north-4.", region)}
	}
	var addresses [3]*url.URL
	for i, service := range []string{"workspace", "ecs", "iam"} {
		var err error
		if addresses[i], err = c.huaweiEndpoint(service); err != nil {
			return huaweiCloud{}, err
		}
	}
	credentials, project, err := c.huaweiCredentials(w, addresses[2])
	if err != nil {
		return huaweiCloud{}, err
	}
	transport := c.env.transport()
	transport.Wrap = credentials.Wrap
	client, err := httpClient(transport)
	if err != nil {
		return huaweiCloud{}, err
	}
	return huaweiCloud{
		workspace: workspace.New(workspace.Config{
			Endpoint: addresses[0], Project: project, HTTP: client, Credentials: credentials, Retry: c.env.Retry,
		}),
		nova: nova.New(nova.Config{
			Endpoint: func(ctx context.Context) (*url.URL, error) {
				id, err := project(ctx)
				if err != nil {
					return nil, err
				}
				return addresses[1].JoinPath("v2.1", id), nil
			},
			HTTP: client, Credentials: credentials, Retry: c.env.Retry,
		}),
	}, nil
}

// huaweiEndpoint returns where a service is said to be, or usually is.
func (c cloud) huaweiEndpoint(service string) (*url.URL, error) {
	domain := c.get("domain")
	if domain == "" {
		domain = "myhuaweicloud.com"
	}
	return c.endpoint(service+"_endpoint", "https://"+service+"."+c.get("region")+"."+domain)
}

// huaweiCredentials returns who asks, and the project they ask about.
func (c cloud) huaweiCredentials(w way, iam *url.URL) (identity.Credentials, func(context.Context) (string, error), error) {
	id := c.get("project_id")
	if !projectID.MatchString(id) {
		return nil, nil, &mistake{"project_id", fmt.Sprintf("%q is no ID of a project. Write one like 0e69423d4400f4a82f67c0059a1e4cc8.", id)}
	}
	project := func(context.Context) (string, error) { return id, nil }
	if w.name != byPassword {
		if id == "" {
			return nil, nil, c.missing("project_id", "only a login with a user name tells the project")
		}
		if w.name == byToken {
			return identity.NewToken(c.get("token")), project, nil
		}
		return &identity.Signer{
			AccessKey: c.get("access_key"), SecretKey: c.get("secret_key"), SecurityToken: c.get("security_token"), ProjectID: id,
		}, project, nil
	}
	scope := gophercloud.AuthScope{ProjectID: id}
	if id == "" {
		if c.get("region") == "" {
			return nil, nil, c.missing("project_id", "without a region there is no project to take in its place")
		}
		// Huawei names the first project of a region like the region.
		scope = gophercloud.AuthScope{ProjectName: c.get("region"), DomainName: c.get("domain_name")}
	}
	client, err := httpClient(c.env.transport())
	if err != nil {
		return nil, nil, err
	}
	session := identity.NewSession(identity.SessionConfig{Service: "iam", Endpoint: iam, HTTP: client, Options: gophercloud.AuthOptions{
		Username: c.get("user_name"), Password: c.get("password"), DomainName: c.get("domain_name"), Scope: &scope,
	}})
	if id == "" {
		project = session.Project
	}
	return session, project, nil
}
