package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// login is a token with its properties.
type login struct {
	token, project string
	catalog        []service
	// accessRules reports whether the token is valid only for some calls.
	accessRules bool
}

type service struct {
	Type      string `json:"type"`
	Endpoints []struct {
		Interface string `json:"interface"`
		Region    string `json:"region"`
		RegionID  string `json:"region_id"`
		URL       string `json:"url"`
	} `json:"endpoints"`
}

var (
	createToken = api.Call{Method: http.MethodPost, Path: "/v3/auth/tokens"}
	showToken   = api.Call{Method: http.MethodGet, Path: "/v3/auth/tokens"}
)

// authenticate logs in, or reads the properties of a static token.
//
// API: POST /v3/auth/tokens, GET /v3/auth/tokens
func (s *Session) authenticate(ctx context.Context) (*login, error) {
	client := s.client()
	call, want := createToken, http.StatusCreated
	if s.isStaticToken() {
		call, want = showToken, http.StatusOK
		client.Header = http.Header{
			"X-Auth-Token":    {s.config.Options.TokenID},
			"X-Subject-Token": {s.config.Options.TokenID},
		}
	} else {
		options := s.config.Options
		scope, err := options.ToTokenV3ScopeMap()
		if err != nil {
			return nil, s.invalid(err.Error())
		}
		body, err := options.ToTokenV3CreateMap(scope)
		if err != nil {
			return nil, s.invalid(err.Error())
		}
		call.Body = body
	}
	answer, err := client.Send(ctx, call)
	if err != nil {
		return nil, err
	}
	if answer.Status != want {
		e := serviceError(client, call, answer)
		switch {
		case s.isStaticToken() && answer.Status < 500:
			e.Kind, e.Hint = api.Denied, s.Hint(answer)
		case answer.Status == http.StatusUnauthorized:
			e.Hint = s.loginHint()
		}
		return nil, e
	}
	var body struct {
		Token struct {
			Project struct {
				ID string `json:"id"`
			} `json:"project"`
			Catalog    []service `json:"catalog"`
			Credential struct {
				// Absent without rules; an empty list allows no call.
				AccessRules *[]json.RawMessage `json:"access_rules"`
			} `json:"application_credential"`
		} `json:"token"`
	}
	// In some clouds, the body of the answer contains the token.
	call.Sensitive = true
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		return nil, client.MalformedResponse(call, answer, "the answer is not the JSON of a token")
	}
	token := answer.Header.Get("X-Subject-Token")
	if s.isStaticToken() {
		token = s.config.Options.TokenID
	}
	if token == "" {
		return nil, client.MalformedResponse(call, answer, "the answer lacks the header X-Subject-Token")
	}
	return &login{
		token: token, project: body.Token.Project.ID, catalog: body.Token.Catalog,
		accessRules: body.Token.Credential.AccessRules != nil,
	}, nil
}

func (s *Session) client() *api.Client {
	base := *s.config.Endpoint
	base.Path = strings.TrimSuffix(strings.TrimSuffix(base.Path, "/"), "/v3")
	return &api.Client{Service: s.config.Service, Endpoint: &base, HTTP: s.config.HTTP, Secrets: s.Secrets()}
}

// invalid returns the error for a configuration that the cloud cannot accept.
func (s *Session) invalid(text string) error {
	e := s.unanswered(nil)
	e.Kind, e.Message = api.Refused, text
	return e
}

// unanswered returns the error for a login without an answer.
func (s *Session) unanswered(err error) *api.Error {
	call := createToken
	if s.isStaticToken() {
		call = showToken
	}
	e := &api.Error{Service: s.config.Service, Operation: call.Operation(), Err: err}
	if endpoint := s.config.Endpoint; endpoint != nil {
		e.Address = endpoint.Scheme + "://" + endpoint.Host
	}
	return e
}

// Endpoint returns the URL of a service from the catalog in the token. An empty
// region means the first region in the catalog.
func (s *Session) Endpoint(ctx context.Context, serviceType, region, iface string) (*url.URL, error) {
	l, err := s.login(ctx, "")
	if err != nil {
		return nil, err
	}
	if l.project == "" && len(l.catalog) == 0 {
		return nil, s.invalid(fmt.Sprintf("the token is not scoped to a project, so it has no catalog of services. Set the token of a project, or set %s_endpoint", serviceType))
	}
	var listed []string
	for _, entry := range l.catalog {
		if entry.Type != serviceType {
			continue
		}
		for _, e := range entry.Endpoints {
			if e.Interface == iface && (region == "" || region == e.Region || region == e.RegionID) {
				endpoint, err := api.ParseEndpoint(e.URL)
				if err != nil {
					return nil, s.invalid(fmt.Sprintf("the catalog lists %q for %s: %v", e.URL, serviceType, err))
				}
				return endpoint, nil
			}
			listed = append(listed, fmt.Sprintf("%s in %q", e.Interface, e.Region))
		}
	}
	if len(listed) == 0 {
		return nil, s.invalid(fmt.Sprintf("the catalog of this project lists no service of the type %q; set %s_endpoint", serviceType, serviceType))
	}
	slices.Sort(listed)
	return nil, s.invalid(fmt.Sprintf("the catalog lists no %s endpoint of the type %q in the region %q; it lists %s",
		iface, serviceType, region, strings.Join(slices.Compact(listed), ", ")))
}
