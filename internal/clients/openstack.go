package clients

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova"
)

const openStackName = "openstack"

// openStackSpec has the environment variables of the OpenStack clients. An ID
// also determines the domain, so a domain with a higher precedence overrides
// the ID. A user does not select a method, because the name of an application
// credential requires its user.
var openStackSpec = blockSpec{
	name: openStackName,
	selectedBy: []string{
		"cloud", "token", "password", "application_credential_id", "application_credential_name", "application_credential_secret",
	},
	variables: map[string][]string{
		"cloud":                         {"OS_CLOUD"},
		"auth_url":                      {"OS_AUTH_URL"},
		"region":                        {"OS_REGION_NAME"},
		"interface":                     {"OS_INTERFACE", "OS_ENDPOINT_TYPE"},
		"project_id":                    {"OS_PROJECT_ID", "OS_TENANT_ID"},
		"project_name":                  {"OS_PROJECT_NAME", "OS_TENANT_NAME"},
		"project_domain_id":             {"OS_PROJECT_DOMAIN_ID"},
		"project_domain_name":           {"OS_PROJECT_DOMAIN_NAME"},
		"user_id":                       {"OS_USER_ID", "OS_USERID"},
		"user_name":                     {"OS_USERNAME"},
		"user_domain_id":                {"OS_USER_DOMAIN_ID"},
		"user_domain_name":              {"OS_USER_DOMAIN_NAME"},
		"password":                      {"OS_PASSWORD"},
		"application_credential_id":     {"OS_APPLICATION_CREDENTIAL_ID"},
		"application_credential_name":   {"OS_APPLICATION_CREDENTIAL_NAME"},
		"application_credential_secret": {"OS_APPLICATION_CREDENTIAL_SECRET"},
		"token":                         {"OS_TOKEN", "OS_AUTH_TOKEN"},
	},
	general: map[string][]string{
		"project_domain_id":   {"OS_DOMAIN_ID"},
		"project_domain_name": {"OS_DOMAIN_NAME"},
		"user_domain_id":      {"OS_DOMAIN_ID"},
		"user_domain_name":    {"OS_DOMAIN_NAME"},
	},
	overriddenBy: map[string][]string{
		"project_id":                  {"project_name", "project_domain_id", "project_domain_name"},
		"project_name":                {"project_id"},
		"project_domain_id":           {"project_domain_name"},
		"project_domain_name":         {"project_domain_id"},
		"user_id":                     {"user_name", "user_domain_id", "user_domain_name"},
		"user_name":                   {"user_id"},
		"user_domain_id":              {"user_domain_name"},
		"user_domain_name":            {"user_domain_id"},
		"application_credential_id":   {"application_credential_name"},
		"application_credential_name": {"application_credential_id"},
	},
	methods: []authMethod{
		{name: byToken, selectedBy: []string{"token"}, required: []string{"token"}},
		{name: byPassword, selectedBy: []string{"password"}, required: []string{"password"}},
		{
			name:       byCredential,
			selectedBy: []string{"application_credential_id", "application_credential_name", "application_credential_secret"},
			required:   []string{"application_credential_secret"},
		},
	},
}

func newOpenStack(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) *nova.Client {
	s := settings{blockSpec: openStackSpec, env: env, block: block}
	return configure(ctx, s, settings.openStack, func(err error) *nova.Client { return nova.New(nova.Config{Unavailable: err}) }, diags)
}

func (s settings) openStack() (*nova.Client, error) {
	var err error
	if name := s.get("cloud"); name != "" {
		if s.file, err = readCloud(s.env, name, s.label("cloud")); err != nil {
			return nil, err
		}
	}
	method, err := s.requiredMethod()
	if err != nil {
		return nil, err
	}
	transport, err := s.openStackTransport()
	if err != nil {
		return nil, err
	}
	session, err := s.openStackSession(method, transport)
	if err != nil {
		return nil, err
	}
	locate, err := s.compute(session)
	if err != nil {
		return nil, err
	}
	transport.Wrap = session.Wrap
	client, err := httpClient(transport)
	if err != nil {
		return nil, err
	}
	return nova.New(nova.Config{Endpoint: locate, HTTP: client, Credentials: session, Retry: s.env.Retry}), nil
}

// compute returns a function that returns the address of Nova: the configured
// one, or the one in the catalog.
func (s settings) compute(session *identity.Session) (func(context.Context) (*url.URL, error), error) {
	if s.isSet("compute_endpoint") {
		endpoint, err := s.endpoint("compute_endpoint", "")
		return func(context.Context) (*url.URL, error) { return endpoint, nil }, err
	}
	// OS_ENDPOINT_TYPE has publicURL where OS_INTERFACE has public.
	iface := strings.TrimSuffix(s.get("interface"), "URL")
	switch iface {
	case "":
		iface = "public"
	case "public", "internal", "admin":
	default:
		text := fmt.Sprintf("%q is not an interface. Set it to public, internal or admin.", iface)
		if label := s.label("interface"); label != "interface" {
			text = fmt.Sprintf("%s is %q, which is not an interface. Set it to public, internal or admin.", label, iface)
		}
		return nil, &configError{"interface", text}
	}
	return func(ctx context.Context) (*url.URL, error) {
		return session.Endpoint(ctx, "compute", s.get("region"), iface)
	}, nil
}

// openStackTransport reads the certificates. A client certificate can be set
// only in clouds.yaml.
func (s settings) openStackTransport() (api.TransportConfig, error) {
	transport := s.env.transport()
	transport.CACertificate = []byte(s.get("ca_certificate"))
	file, label := s.file["cacert"], "cacert in clouds.yaml"
	if file == "" {
		file, label = s.env.Getenv("OS_CACERT"), "OS_CACERT"
	}
	var err error
	if file != "" && !s.written("ca_certificate") {
		if transport.CACertificate, err = readNamed(s.env, file, "ca_certificate", label); err != nil {
			return transport, err
		}
	}
	if file := s.file["cert"]; file != "" {
		if transport.ClientCertificate, err = readNamed(s.env, file, "cloud", "cert in clouds.yaml"); err != nil {
			return transport, err
		}
		transport.ClientKey, err = readNamed(s.env, s.file["key"], "cloud", "key in clouds.yaml")
	}
	return transport, err
}

// readNamed reads a file. label is the source of its name, for errors.
func readNamed(env Env, file, attribute, label string) ([]byte, error) {
	if below, ok := strings.CutPrefix(file, "~/"); ok {
		file = home(env) + "/" + below
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, &configError{attribute, fmt.Sprintf("The provider cannot read the file in %s: %v.", label, err)}
	}
	return content, nil
}
