package clients

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova"
)

const openStackName = "openstack"

// openStackVariables are those of the OpenStack clients, their older names last.
var openStackVariables = map[string][]string{
	"auth_url":                      {"OS_AUTH_URL"},
	"region":                        {"OS_REGION_NAME"},
	"interface":                     {"OS_INTERFACE", "OS_ENDPOINT_TYPE"},
	"project_id":                    {"OS_PROJECT_ID", "OS_TENANT_ID"},
	"project_name":                  {"OS_PROJECT_NAME", "OS_TENANT_NAME"},
	"project_domain_id":             {"OS_PROJECT_DOMAIN_ID", "OS_DOMAIN_ID"},
	"project_domain_name":           {"OS_PROJECT_DOMAIN_NAME", "OS_DOMAIN_NAME"},
	"user_id":                       {"OS_USER_ID", "OS_USERID"},
	"user_name":                     {"OS_USERNAME"},
	"user_domain_id":                {"OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"},
	"user_domain_name":              {"OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"},
	"password":                      {"OS_PASSWORD"},
	"application_credential_id":     {"OS_APPLICATION_CREDENTIAL_ID"},
	"application_credential_name":   {"OS_APPLICATION_CREDENTIAL_NAME"},
	"application_credential_secret": {"OS_APPLICATION_CREDENTIAL_SECRET"},
	"token":                         {"OS_TOKEN", "OS_AUTH_TOKEN"},
}

// openStackWays leaves the user out of the marks: an application credential may
// be named together with its user.
var openStackWays = []way{
	{name: byToken, marks: []string{"token"}, needs: []string{"token"}},
	{name: byPassword, marks: []string{"password"}, needs: []string{"password"}},
	{
		name:  byCredential,
		marks: []string{"application_credential_id", "application_credential_name", "application_credential_secret"},
		needs: []string{"application_credential_secret"},
	},
}

func openStackBlock() schema.Block {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description}
	}
	iface := text("Which of the catalog's addresses to use: `public` (default), `internal` or `admin`. Default: the environment variable `OS_INTERFACE`.")
	iface.Validators = []validator.String{stringvalidator.OneOf("public", "internal", "admin")}
	return schema.SingleNestedBlock{
		MarkdownDescription: "An OpenStack cloud, for the consoles of its servers. Authenticate in one of three ways: `password`, with `user_name` or `user_id` and a project; " +
			"`application_credential_secret`, with its id, or its name and the user; `token`. A `clouds.yaml` is not read.",
		Attributes: map[string]schema.Attribute{
			"auth_url":                      text("The address of Keystone, such as `https://keystone.example.com/v3`. Default: the environment variable `OS_AUTH_URL`."),
			"region":                        text("The region. Default: the environment variable `OS_REGION_NAME`, else the first that the catalog lists."),
			"interface":                     iface,
			"compute_endpoint":              text("The address of Nova with its version, such as `https://nova.example.com/v2.1`. Default: what the catalog lists."),
			"ca_certificate":                text("The certificates (PEM) of the authorities to trust for the cloud. Default: the file that the environment variable `OS_CACERT` names, else those of the system."),
			"project_id":                    text("The ID of the project. Default: the environment variable `OS_PROJECT_ID`."),
			"project_name":                  text("The name of the project, unless `project_id` is set. Default: the environment variable `OS_PROJECT_NAME`."),
			"project_domain_id":             text("The ID of the domain of `project_name`. Default: the environment variable `OS_PROJECT_DOMAIN_ID`."),
			"project_domain_name":           text("The name of the domain of `project_name`. Default: the environment variable `OS_PROJECT_DOMAIN_NAME`, else the domain of the user."),
			"user_id":                       text("The ID of the user. Default: the environment variable `OS_USER_ID`."),
			"user_name":                     text("The name of the user, unless `user_id` is set. Default: the environment variable `OS_USERNAME`."),
			"user_domain_id":                text("The ID of the domain of `user_name`. Default: the environment variable `OS_USER_DOMAIN_ID`."),
			"user_domain_name":              text("The name of the domain of `user_name`. Default: the environment variable `OS_USER_DOMAIN_NAME`, else the domain with the ID `default`."),
			"password":                      secret("The password of the user. Default: the environment variable `OS_PASSWORD`."),
			"application_credential_id":     text("The ID of an application credential. Default: the environment variable `OS_APPLICATION_CREDENTIAL_ID`."),
			"application_credential_name":   text("The name of an application credential, together with its user. Default: the environment variable `OS_APPLICATION_CREDENTIAL_NAME`."),
			"application_credential_secret": secret("The secret of the application credential. Default: the environment variable `OS_APPLICATION_CREDENTIAL_SECRET`."),
			"token":                         secret("A token of the project. It cannot be renewed when it expires. Default: the environment variable `OS_TOKEN`."),
		},
	}
}

func newOpenStack(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) *nova.Client {
	c := cloud{openStackName, env, block, openStackVariables}
	return build(ctx, c, openStackWays, c.openStack, func(err error) *nova.Client { return nova.New(nova.Config{Unavailable: err}) }, diags)
}

func (c cloud) openStack(w way) (*nova.Client, error) {
	transport, err := c.openStackTransport()
	if err != nil {
		return nil, err
	}
	session, err := c.openStackSession(w, transport)
	if err != nil {
		return nil, err
	}
	locate, err := c.compute(session)
	if err != nil {
		return nil, err
	}
	transport.Wrap = session.Wrap
	client, err := httpClient(transport)
	if err != nil {
		return nil, err
	}
	return nova.New(nova.Config{Endpoint: locate, HTTP: client, Credentials: session, Retry: c.env.Retry}), nil
}

// compute returns where Nova is: where it is said to be, or what the catalog lists.
func (c cloud) compute(session *identity.Session) (func(context.Context) (*url.URL, error), error) {
	if c.given("compute_endpoint") {
		endpoint, err := c.endpoint("compute_endpoint", "")
		return func(context.Context) (*url.URL, error) { return endpoint, nil }, err
	}
	// The older variable says publicURL where the newer one says public.
	iface := strings.TrimSuffix(c.get("interface"), "URL")
	switch iface {
	case "":
		iface = "public"
	case "public", "internal", "admin":
	default:
		return nil, &mistake{"interface", fmt.Sprintf("%q is no interface. Write public, internal or admin.", iface)}
	}
	return func(ctx context.Context) (*url.URL, error) {
		return session.Endpoint(ctx, "compute", c.get("region"), iface)
	}, nil
}

func (c cloud) openStackTransport() (api.TransportConfig, error) {
	transport := c.env.transport()
	transport.CACertificate = []byte(c.get("ca_certificate"))
	if file := c.env.Getenv("OS_CACERT"); file != "" && !c.written("ca_certificate") {
		content, err := os.ReadFile(file)
		if err != nil {
			return transport, &mistake{"ca_certificate", "The file that OS_CACERT names cannot be read: " + err.Error() + "."}
		}
		transport.CACertificate = content
	}
	return transport, nil
}

func (c cloud) openStackSession(w way, transport api.TransportConfig) (*identity.Session, error) {
	if w.name == byToken && c.given("compute_endpoint") {
		return identity.NewToken(c.get("token")), nil
	}
	if !c.given("auth_url") {
		return nil, c.missing("auth_url", "Keystone is asked for a token and for the addresses of the services")
	}
	keystone, err := c.endpoint("auth_url", "")
	if err != nil {
		return nil, err
	}
	options, err := c.openStackOptions(w)
	if err != nil {
		return nil, err
	}
	client, err := httpClient(transport)
	if err != nil {
		return nil, err
	}
	return identity.NewSession(identity.SessionConfig{Service: "keystone", Endpoint: keystone, HTTP: client, Options: options}), nil
}

// openStackOptions says who logs in and to which project.
func (c cloud) openStackOptions(w way) (gophercloud.AuthOptions, error) {
	if w.name == byToken {
		return gophercloud.AuthOptions{TokenID: c.get("token")}, nil
	}
	var options gophercloud.AuthOptions
	if w.name == byPassword {
		options.Password = c.get("password")
		scope, err := c.openStackScope()
		if err != nil {
			return options, err
		}
		options.Scope = scope
	} else {
		options.ApplicationCredentialID = c.get("application_credential_id")
		options.ApplicationCredentialName = c.get("application_credential_name")
		options.ApplicationCredentialSecret = c.get("application_credential_secret")
		if options.ApplicationCredentialID != "" {
			return options, nil
		}
		if options.ApplicationCredentialName == "" {
			return options, c.missing("application_credential_id", "application_credential_secret does not work without it, or its name and user")
		}
	}
	options.UserID = c.get("user_id")
	if options.UserID != "" {
		return options, nil
	}
	if options.Username = c.get("user_name"); options.Username == "" {
		return options, c.missing("user_name", "a login needs it or user_id")
	}
	options.DomainID, options.DomainName = c.domain("user")
	return options, nil
}

func (c cloud) openStackScope() (*gophercloud.AuthScope, error) {
	if id := c.get("project_id"); id != "" {
		return &gophercloud.AuthScope{ProjectID: id}, nil
	}
	name := c.get("project_name")
	if name == "" {
		return nil, c.missing("project_id", "a login needs it or project_name")
	}
	scope := &gophercloud.AuthScope{ProjectName: name}
	scope.DomainID, scope.DomainName = c.domain("project")
	return scope, nil
}

// domain returns the domain of the project or the user by its id or its name.
func (c cloud) domain(of string) (id, name string) {
	if id = c.get(of + "_domain_id"); id != "" {
		return id, ""
	}
	if name = c.get(of + "_domain_name"); name != "" {
		return "", name
	}
	if of == "project" {
		return c.domain("user")
	}
	return "default", ""
}
