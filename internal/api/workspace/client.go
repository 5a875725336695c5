// Package workspace is a client of Huawei Cloud Workspace. It reads the login
// records of cloud desktops.
package workspace

import (
	"context"
	"net/http"
	"net/url"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
)

// Config is the configuration of a Client.
type Config struct {
	// Endpoint is the base address of the service.
	Endpoint *url.URL
	// Project returns the ID of the project. It may log in.
	Project func(context.Context) (string, error)
	// HTTP sends the requests. Its transport must be one that Credentials.Wrap
	// has returned.
	HTTP *http.Client
	// Credentials authenticate the requests.
	Credentials identity.Credentials
	// Retry is the waiting time between attempts.
	Retry api.RetryPolicy
	// Unavailable, if set, is the error of every call.
	Unavailable error
}

// Client is a client of Workspace. Its methods may be called concurrently.
type Client struct {
	config Config
	http   identity.Client
}

// New returns a client. It sends no request.
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

// get makes a call and returns its successful answer.
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
