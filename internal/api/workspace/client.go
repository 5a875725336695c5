// Package workspace is a client of Huawei Cloud Workspace: it reads who logged
// in to which cloud desktop.
package workspace

import (
	"context"
	"net/http"
	"net/url"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
)

// Config is what a Client is made of.
type Config struct {
	// Endpoint is the base address of the service.
	Endpoint *url.URL
	// Project returns the ID of the project. It may log in.
	Project func(context.Context) (string, error)
	// HTTP sends the requests; its transport is one that Credentials wrapped.
	HTTP *http.Client
	// Credentials authenticate the requests.
	Credentials identity.Credentials
	// Retry says how long to wait between attempts.
	Retry api.RetryPolicy
	// Unavailable, if set, is what every call returns.
	Unavailable error
}

// Client talks to one Workspace. Its methods may be called at the same time.
type Client struct {
	config Config
	http   identity.Client
}

// New returns a client. It sends nothing.
func New(config Config) *Client {
	return &Client{config: config, http: identity.Client{
		API: api.Client{
			Service:     "workspace",
			Endpoint:    config.Endpoint,
			HTTP:        config.HTTP,
			Header:      http.Header{"Content-Type": {"application/json"}}, // Required with GET, too.
			Unavailable: config.Unavailable,
		},
		Credentials: config.Credentials,
	}}
}

// get returns the body of a call that succeeded.
func (c *Client) get(ctx context.Context, call api.Call) (*api.Answer, error) {
	return api.Retry(ctx, c.config.Retry, api.RetryIdempotent, func(ctx context.Context) (*api.Answer, error) {
		answer, err := c.http.Send(ctx, call)
		if err != nil {
			return nil, err
		}
		if answer.Status == http.StatusOK {
			return answer, nil
		}
		e := c.http.ServiceError(call, answer)
		if answer.Status == http.StatusForbidden {
			e.Hint = "Check that project_id is the project of the credentials, and that they have the permission to read Workspace."
		}
		return nil, e
	})
}
