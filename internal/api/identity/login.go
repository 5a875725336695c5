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

// login is what the identity service answered: a token, and what it is good for.
type login struct {
	token, project string
	catalog        []service
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

// request logs in, or asks what a given token is good for.
// API: POST /v3/auth/tokens, GET /v3/auth/tokens
func (s *Session) request(ctx context.Context) (*login, error) {
	client := s.client()
	call, want := createToken, http.StatusCreated
	if s.given() {
		call, want = showToken, http.StatusOK
		client.Header = http.Header{
			"X-Auth-Token":    {s.config.Options.TokenID},
			"X-Subject-Token": {s.config.Options.TokenID},
		}
	} else {
		options := s.config.Options
		scope, err := options.ToTokenV3ScopeMap()
		if err != nil {
			return nil, s.mistake(err.Error())
		}
		body, err := options.ToTokenV3CreateMap(scope)
		if err != nil {
			return nil, s.mistake(err.Error())
		}
		call.Body = body
	}
	answer, err := client.Send(ctx, call)
	if err != nil {
		return nil, err
	}
	if answer.Status != want {
		e := failure(client, call, answer)
		if s.given() && answer.Status < 500 {
			e.Kind, e.Hint = api.Denied, s.Hint(answer)
		}
		return nil, e
	}
	var body struct {
		Token struct {
			Project struct {
				ID string `json:"id"`
			} `json:"project"`
			Catalog []service `json:"catalog"`
		} `json:"token"`
	}
	// The answer of some clouds repeats the token in its body.
	call.Sensitive = true
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		return nil, client.MalformedResponse(call, answer, "the answer is not the JSON of a token")
	}
	token := answer.Header.Get("X-Subject-Token")
	if s.given() {
		token = s.config.Options.TokenID
	}
	if token == "" {
		return nil, client.MalformedResponse(call, answer, "the answer lacks the header X-Subject-Token")
	}
	return &login{token: token, project: body.Token.Project.ID, catalog: body.Token.Catalog}, nil
}

func (s *Session) client() *api.Client {
	base := *s.config.Endpoint
	base.Path = strings.TrimSuffix(strings.TrimSuffix(base.Path, "/"), "/v3")
	return &api.Client{Service: s.config.Service, Endpoint: &base, HTTP: s.config.HTTP, Secrets: s.Secrets()}
}

// mistake is an error in what was configured.
func (s *Session) mistake(text string) error {
	return &api.Error{Service: s.config.Service, Operation: createToken.Operation(), Kind: api.Refused, Message: text}
}

// Endpoint returns the address of a service from the catalog that came with
// the token. An empty region takes the first one listed.
func (s *Session) Endpoint(ctx context.Context, serviceType, region, iface string) (*url.URL, error) {
	l, err := s.login(ctx, "")
	if err != nil {
		return nil, err
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
					return nil, s.mistake(fmt.Sprintf("the catalog lists %q for %s: %v", e.URL, serviceType, err))
				}
				return endpoint, nil
			}
			listed = append(listed, fmt.Sprintf("%s in %q", e.Interface, e.Region))
		}
	}
	if len(listed) == 0 {
		return nil, s.mistake(fmt.Sprintf("the catalog of this project lists no service of the type %q; set its endpoint", serviceType))
	}
	slices.Sort(listed)
	return nil, s.mistake(fmt.Sprintf("the catalog lists no %s endpoint of the type %q in the region %q; it lists %s",
		iface, serviceType, region, strings.Join(slices.Compact(listed), ", ")))
}
