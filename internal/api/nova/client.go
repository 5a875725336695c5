// Package nova is a client of the compute service of OpenStack and of Huawei
// Cloud ECS, which speaks the same API: it opens the console of a server.
package nova

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
)

// microversion is the first one that knows remote consoles.
const microversion = "2.6"

// lifetime is how long a link is good for.
const lifetime = 10 * time.Minute

// Config is what a Client is made of.
type Config struct {
	// Endpoint returns the address of the service with its version, and with the
	// project where the cloud wants it there. It may log in to find out.
	Endpoint func(context.Context) (*url.URL, error)
	// HTTP carries the requests; its transport is one that Credentials wrapped.
	HTTP *http.Client
	// Credentials say who asks.
	Credentials identity.Credentials
	// Retry says how long to wait between tries.
	Retry api.RetryPolicy
	// Unavailable, if set, is what every call returns.
	Unavailable error
}

// Client talks to one compute service. Its methods may be called at the same
// time.
type Client struct {
	config Config
}

// New returns a client. It sends nothing.
func New(config Config) *Client { return &Client{config: config} }

// Console is a link to the console of a server. Who has the link has the
// console.
type Console struct {
	// URL is absolute, http or https.
	URL string
	// Type and Protocol are "novnc" and "vnc".
	Type, Protocol string
	// Expires is when the link ends.
	Expires time.Time
}

// RemoteConsole returns a new link to the console of a server. A server that is
// not ready is waited for until ctx ends.
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
		return Console{}, explain(client.ServiceError(call, answer))
	}
	call.Sensitive = true // The body is the link.
	var got remoteConsole
	if err := json.Unmarshal(answer.Body, &got); err != nil {
		return Console{}, client.MalformedResponse(call, answer, "the answer is not the JSON of a remote console")
	}
	console := got.RemoteConsole
	if link, err := url.Parse(console.URL); err != nil || link.Scheme != "https" && link.Scheme != "http" || link.Host == "" {
		return Console{}, client.MalformedResponse(call, answer, "the answer's url is no absolute http or https address")
	}
	return Console{URL: console.URL, Type: console.Type, Protocol: console.Protocol, Expires: time.Now().Add(lifetime)}, nil
}

func (c *Client) client(endpoint *url.URL) *identity.Client {
	return &identity.Client{
		API: api.Client{
			Service:  "nova",
			Endpoint: endpoint,
			HTTP:     c.config.HTTP,
			// Huawei documents either header, and each is what one generation of
			// Nova reads.
			Header: http.Header{
				"X-Openstack-Nova-Api-Version": {microversion},
				"Openstack-Api-Version":        {"compute " + microversion},
			},
		},
		Credentials: c.config.Credentials,
	}
}

// explain adds what the names of Nova's faults mean for this call.
func explain(e *api.Error) *api.Error {
	switch {
	case e.Status == http.StatusNotFound && e.Code != "itemNotFound":
		e.Kind = api.Refused
		e.Hint = "It is not the server that is unknown but the call. Check that the endpoint of the compute service ends with its version, like /v2.1, and that it offers the microversion " + microversion + "."
	case e.Status == http.StatusNotAcceptable:
		e.Hint = "The compute service does not offer the microversion " + microversion + ", which brought remote consoles; OpenStack has it since the release Liberty."
	case e.Code == "conflictingRequest":
		e.Hint = "The server is not ready: it is being built, is stopped, or another operation runs on it. Start it, or wait for it."
	case e.Code == "badRequest":
		e.Hint = "This is also the answer to a project that is not the one of the credentials: check project_id. Otherwise the server may offer no VNC console."
	}
	return e
}
