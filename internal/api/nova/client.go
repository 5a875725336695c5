// Package nova is a client of the compute service of OpenStack and of Huawei
// Cloud ECS, which has the same API. It opens the console of a server.
package nova

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
)

const service = "nova"

// microversion is the first microversion with remote consoles.
const microversion = "2.6"

// lifetime is how long a link is valid by default; a cloud can set another
// token_ttl.
const lifetime = 10 * time.Minute

// Config is the configuration of a Client.
type Config struct {
	// Endpoint returns the address of the service, with the project if the cloud
	// requires it there. Without a version in its path, the client asks the service
	// for its versions. Endpoint may log in.
	Endpoint func(context.Context) (*url.URL, error)
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

// Client is a client of one compute service. Its methods may be called
// concurrently.
type Client struct {
	config Config

	mu sync.Mutex
	// found is the URL of the API, after the client has asked the service for
	// it.
	found *url.URL
}

// New returns a client. It sends no request.
func New(config Config) *Client { return &Client{config: config} }

// Console is a link to the console of a server. Anyone who has the link can use
// the console.
type Console struct {
	// URL is absolute, http or https.
	URL string
	// Type and Protocol are "novnc" and "vnc".
	Type, Protocol string
	// Expires is the time when the link expires.
	Expires time.Time
}

// RemoteConsole returns a new link to the console of a server. If the server is
// being built or changed, it waits until ctx ends.
//
// API: POST /v2.1/{project_id}/servers/{server_id}/remote-consoles
func (c *Client) RemoteConsole(ctx context.Context, serverID string) (Console, error) {
	if c.config.Unavailable != nil {
		return Console{}, c.config.Unavailable
	}
	return api.Retry(ctx, c.config.Retry, api.RetryWhileBusy, func(ctx context.Context) (Console, error) {
		return c.remoteConsole(ctx, serverID)
	})
}

type remoteConsole struct {
	RemoteConsole struct {
		Type     string `json:"type"`
		Protocol string `json:"protocol"`
		URL      string `json:"url,omitempty"`
	} `json:"remote_console"`
}

func (c *Client) remoteConsole(ctx context.Context, serverID string) (Console, error) {
	endpoint, err := c.config.Endpoint(ctx)
	if err != nil {
		return Console{}, err
	}
	if endpoint, err = c.versioned(ctx, endpoint); err != nil {
		return Console{}, err
	}
	var body remoteConsole
	body.RemoteConsole.Type, body.RemoteConsole.Protocol = "novnc", "vnc"
	call := api.Call{
		Method: http.MethodPost,
		Path:   "/servers/{server_id}/remote-consoles",
		Params: []string{serverID},
		Body:   body,
	}
	client := c.client(endpoint)
	answer, err := client.Send(ctx, call)
	if err != nil {
		return Console{}, err
	}
	if answer.Status != http.StatusOK {
		e := client.ServiceError(call, answer)
		if e.Status == http.StatusConflict {
			return Console{}, notReady(ctx, client, serverID, e)
		}
		return Console{}, explain(e)
	}
	call.Sensitive = true // The body contains the link.
	var got remoteConsole
	if err := json.Unmarshal(answer.Body, &got); err != nil {
		return Console{}, client.MalformedResponse(call, answer, "the answer is not the JSON of a remote console")
	}
	console := got.RemoteConsole
	if link, err := url.Parse(console.URL); err != nil || link.Scheme != "https" && link.Scheme != "http" || link.Host == "" {
		return Console{}, client.MalformedResponse(call, answer, "the url in the answer is not an absolute http or https address")
	}
	return Console{URL: console.URL, Type: console.Type, Protocol: console.Protocol, Expires: time.Now().Add(lifetime)}, nil
}

func (c *Client) client(endpoint *url.URL) *identity.Client {
	return &identity.Client{
		API: api.Client{
			Service:  service,
			Endpoint: endpoint,
			HTTP:     c.config.HTTP,
			// Huawei documents both headers; older releases of Nova read the first one,
			// newer releases the second one.
			Header: http.Header{
				"X-Openstack-Nova-Api-Version": {microversion},
				"Openstack-Api-Version":        {"compute " + microversion},
			},
		},
		Credentials: c.config.Credentials,
	}
}
