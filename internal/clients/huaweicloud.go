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

// huaweiCloudSpec has the environment variables of Huawei's provider. A
// security token is used only with the access key from the same source. A
// domain_name does not select a method, because many configurations set it
// together with an access key.
var huaweiCloudSpec = blockSpec{
	name:       huaweiCloudName,
	selectedBy: []string{"token", "user_name", "password", "access_key", "secret_key", "security_token"},
	variables: map[string][]string{
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
	},
	overriddenBy: map[string][]string{"security_token": {"access_key"}},
	methods: []authMethod{
		{name: byToken, selectedBy: []string{"token"}, required: []string{"token"}},
		{name: byPassword, selectedBy: []string{"user_name", "password"}, required: []string{"user_name", "password", "domain_name"}},
		{name: byKey, selectedBy: []string{"access_key", "secret_key", "security_token"}, required: []string{"access_key", "secret_key"}},
	},
}

func huaweiCloudBlock() schema.Block {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description}
	}
	return schema.SingleNestedBlock{
		MarkdownDescription: "Huawei Cloud, for login records and for the consoles of ECS servers. Authenticate by one of three methods: `token`; " +
			"`user_name`, `password` and `domain_name`; `access_key` and `secret_key`.",
		Attributes: map[string]schema.Attribute{
			"region":             text("The region, such as `cn-north-4`. It is part of the default addresses of the services. Default: the environment variable `HW_REGION_NAME`. The environment variable `HW_CLOUD` replaces `myhuaweicloud.com` in the addresses."),
			"project_id":         text("The ID of the project. Default: the environment variable `HW_PROJECT_ID`; for a login with `user_name`, the project of the region."),
			"workspace_endpoint": text("The address of Workspace. Default: `https://workspace.<region>.myhuaweicloud.com`."),
			"ecs_endpoint":       text("The address of ECS, without a version. Default: `https://ecs.<region>.myhuaweicloud.com`."),
			"iam_endpoint":       text("The address of IAM, which only a login with `user_name` uses. Default: the environment variable `HW_AUTH_URL`, else `https://iam.<region>.myhuaweicloud.com`."),
			"token":              secret("A token of the project. The provider cannot renew it when it expires. Default: the environment variable `HW_AUTH_TOKEN`."),
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
	s := settings{blockSpec: huaweiCloudSpec, env: env, block: block}
	return configure(ctx, s, settings.huaweiCloud, func(err error) huaweiCloud {
		return huaweiCloud{workspace.New(workspace.Config{Unavailable: err}), nova.New(nova.Config{Unavailable: err})}
	}, diags)
}

// The region and the project are parts of URLs.
var (
	regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	projectID  = regexp.MustCompile(`^[0-9A-Za-z_-]*$`)
)

func (s settings) huaweiCloud() (huaweiCloud, error) {
	method, err := s.requiredMethod()
	if err != nil {
		return huaweiCloud{}, err
	}
	region := s.get("region")
	if region == "" && (!s.isSet("workspace_endpoint") || !s.isSet("ecs_endpoint") || method.name == byPassword && !s.isSet("iam_endpoint")) {
		return huaweiCloud{}, s.missing("region", "the addresses of the services contain it")
	}
	if region != "" && !regionName.MatchString(region) {
		return huaweiCloud{}, &configError{"region", fmt.Sprintf("%q is not a region. Use one such as cn-north-4.", region)}
	}
	var addresses [3]*url.URL
	for i, service := range []string{"workspace", "ecs", "iam"} {
		if addresses[i], err = s.huaweiEndpoint(service); err != nil {
			return huaweiCloud{}, err
		}
	}
	credentials, project, err := s.huaweiCredentials(method, addresses[2])
	if err != nil {
		return huaweiCloud{}, err
	}
	transport := s.env.transport()
	transport.Wrap = credentials.Wrap
	client, err := httpClient(transport)
	if err != nil {
		return huaweiCloud{}, err
	}
	return huaweiCloud{
		workspace: workspace.New(workspace.Config{
			Endpoint: addresses[0], Project: project, HTTP: client, Credentials: credentials, Retry: s.env.Retry,
		}),
		nova: nova.New(nova.Config{
			Endpoint: func(ctx context.Context) (*url.URL, error) {
				id, err := project(ctx)
				if err != nil {
					return nil, err
				}
				return addresses[1].JoinPath("v2.1", id), nil
			},
			HTTP: client, Credentials: credentials, Retry: s.env.Retry,
		}),
	}, nil
}

// huaweiEndpoint returns the configured address of a service, or its default.
func (s settings) huaweiEndpoint(service string) (*url.URL, error) {
	domain := s.get("domain")
	if domain == "" {
		domain = "myhuaweicloud.com"
	}
	return s.endpoint(service+"_endpoint", "https://"+service+"."+s.get("region")+"."+domain)
}

// huaweiCredentials returns the credentials, and a function that returns the ID
// of their project.
func (s settings) huaweiCredentials(method authMethod, iam *url.URL) (identity.Credentials, func(context.Context) (string, error), error) {
	id := s.get("project_id")
	if !projectID.MatchString(id) {
		return nil, nil, &configError{"project_id", fmt.Sprintf("%q is not the ID of a project. Use one such as 0e69423d4400f4a82f67c0059a1e4cc8.", id)}
	}
	project := func(context.Context) (string, error) { return id, nil }
	if method.name != byPassword {
		if id == "" {
			return nil, nil, s.missing("project_id", "only a login with user_name finds the project by itself")
		}
		if method.name == byToken {
			return identity.NewToken(s.get("token")), project, nil
		}
		return &identity.Signer{
			AccessKey: s.get("access_key"), SecretKey: s.get("secret_key"), SecurityToken: s.get("security_token"), ProjectID: id,
		}, project, nil
	}
	scope := gophercloud.AuthScope{ProjectID: id}
	if id == "" {
		if s.get("region") == "" {
			return nil, nil, s.missing("project_id", "without a region the provider cannot find the project by itself")
		}
		// In Huawei Cloud, the default project of a region has the name of the
		// region.
		scope = gophercloud.AuthScope{ProjectName: s.get("region"), DomainName: s.get("domain_name")}
	}
	client, err := httpClient(s.env.transport())
	if err != nil {
		return nil, nil, err
	}
	session := identity.NewSession(identity.SessionConfig{Service: "iam", Endpoint: iam, HTTP: client, Options: gophercloud.AuthOptions{
		Username: s.get("user_name"), Password: s.get("password"), DomainName: s.get("domain_name"), Scope: &scope,
	}})
	if id == "" {
		project = session.Project
	}
	return session, project, nil
}
