package clients

import (
	"github.com/gophercloud/gophercloud/v2"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
)

// The arguments that identify the project and the user.
var (
	projectArguments = []string{"project_id", "project_name", "project_domain_id", "project_domain_name"}
	userArguments    = []string{"user_id", "user_name", "user_domain_id", "user_domain_name"}
)

func (s settings) openStackSession(method authMethod, transport api.TransportConfig) (*identity.Session, error) {
	options, err := s.openStackOptions(method)
	if err != nil {
		return nil, err
	}
	if method.name == byToken && s.isSet("compute_endpoint") {
		return identity.NewToken(options.TokenID), nil
	}
	if !s.isSet("auth_url") {
		return nil, s.missing("auth_url", "the provider logs in at Keystone, which also lists the addresses of the services")
	}
	keystone, err := s.endpoint("auth_url", "")
	if err != nil {
		return nil, err
	}
	client, err := httpClient(transport)
	if err != nil {
		return nil, err
	}
	return identity.NewSession(identity.SessionConfig{Service: "keystone", Endpoint: keystone, HTTP: client, Options: options}), nil
}

// openStackOptions returns the user, the credentials and the project of the login.
func (s settings) openStackOptions(method authMethod) (gophercloud.AuthOptions, error) {
	var options gophercloud.AuthOptions
	var err error
	switch method.name {
	case byToken:
		options.TokenID = s.get("token")
		return options, s.ignored(s.label("token")+", which belongs to one user and one project", append(projectArguments, userArguments...)...)
	case byCredential:
		options.ApplicationCredentialSecret = s.get("application_credential_secret")
		if err = s.ignored(s.label("application_credential_secret")+", which belongs to one project", projectArguments...); err != nil {
			return options, err
		}
		if options.ApplicationCredentialID = s.get("application_credential_id"); options.ApplicationCredentialID != "" {
			return options, s.ignored(s.label("application_credential_id")+", which belongs to one user", userArguments...)
		}
		if options.ApplicationCredentialName = s.get("application_credential_name"); options.ApplicationCredentialName == "" {
			return options, s.missing("application_credential_id", "application_credential_secret requires it, or application_credential_name and the user")
		}
	default:
		options.Password = s.get("password")
		if options.Scope, err = s.openStackScope(); err != nil {
			return options, err
		}
	}
	if options.UserID = s.get("user_id"); options.UserID != "" {
		return options, nil
	}
	if options.Username = s.get("user_name"); options.Username == "" {
		return options, s.missing("user_name", "the login requires it or user_id")
	}
	options.DomainID, options.DomainName = s.domain("user")
	return options, nil
}

func (s settings) openStackScope() (*gophercloud.AuthScope, error) {
	if id := s.get("project_id"); id != "" {
		return &gophercloud.AuthScope{ProjectID: id}, nil
	}
	name := s.get("project_name")
	if name == "" {
		return nil, s.missing("project_id", "the login requires it or project_name")
	}
	scope := &gophercloud.AuthScope{ProjectName: name}
	scope.DomainID, scope.DomainName = s.domain("project")
	return scope, nil
}

// domain returns the domain of the project or the user by its ID or its name.
func (s settings) domain(of string) (id, name string) {
	if id = s.get(of + "_domain_id"); id != "" {
		return id, ""
	}
	if name = s.get(of + "_domain_name"); name != "" {
		return "", name
	}
	if of == "project" {
		return s.domain("user")
	}
	return "default", ""
}
