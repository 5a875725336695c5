// Package desktop is a client of the cloud desktop service: it orders desktops,
// sizes and governs them, and looks them up. Long calls end by a callback.
package desktop

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
)

// Config is what a Client is made of.
type Config struct {
	// Endpoint is the base address of the service.
	Endpoint *url.URL
	// HTTP carries the requests.
	HTTP *http.Client
	// Header is sent with every request; its values are secrets.
	Header http.Header
	// Retry says how long to wait between tries.
	Retry api.RetryPolicy
	// Callbacks receives the ends of the long calls.
	Callbacks *callback.Receiver
	// OperatingSystems are the values of os that the deployment offers.
	OperatingSystems []string
	// UserGroups are the groups that lists and reports cover when they name none.
	UserGroups []string
	// PolicyPerDesktop: policy-update carries a desktop_uuid.
	PolicyPerDesktop bool
	// PolicyCallback: policy-update carries a callback_url and ends by callback.
	PolicyCallback bool
	// DoubtWait is how long an order is waited for whose answer never came,
	// two minutes if 0.
	DoubtWait time.Duration
	// CallbacksUnavailable is what a call that ends by a callback returns if
	// Callbacks is nil.
	CallbacksUnavailable error
	// Unavailable, if set, is what every call returns.
	Unavailable error
}

// Client talks to one cloud desktop service. Its methods may be called at the
// same time.
type Client struct {
	config Config
	api    api.Client

	mu    sync.Mutex
	lists map[string]*list // By user.
}

// New returns a client. It sends nothing.
func New(config Config) *Client {
	if config.DoubtWait == 0 {
		config.DoubtWait = 2 * time.Minute
	}
	var secrets []string
	for _, values := range config.Header {
		for _, value := range values {
			secrets = append(secrets, value)
			if _, token, found := strings.Cut(value, " "); found {
				secrets = append(secrets, token)
			}
		}
	}
	return &Client{config: config, lists: map[string]*list{}, api: api.Client{
		Service:     "desktop",
		Endpoint:    config.Endpoint,
		HTTP:        config.HTTP,
		Header:      config.Header,
		Secrets:     secrets,
		Retry:       config.Retry,
		Unavailable: config.Unavailable,
	}}
}

// Close ends the receiving of callbacks, after those that are arriving.
func (c *Client) Close() error {
	if c.config.Callbacks == nil {
		return nil
	}
	return c.config.Callbacks.Close()
}

// Available returns why no call can be made yet, or nil.
func (c *Client) Available() error { return c.config.Unavailable }

// OperatingSystems are the values of os that the deployment offers.
func (c *Client) OperatingSystems() []string { return c.config.OperatingSystems }

// UserGroups are the groups that lists and reports cover when they name none.
func (c *Client) UserGroups() []string { return c.config.UserGroups }

// PolicyPerDesktop reports whether a policy belongs to a desktop, not to the
// whole service.
func (c *Client) PolicyPerDesktop() bool { return c.config.PolicyPerDesktop }

// PolicyCallback reports whether a policy-update ends by a callback.
func (c *Client) PolicyCallback() bool { return c.config.PolicyCallback }

// CallbackReachable reports whether the service can reach the callback address
// as far as can be told without asking: an address on loopback is good only for
// a service on the same machine. It also returns the host of that address.
func (c *Client) CallbackReachable() (host string, ok bool) {
	if c.config.Callbacks == nil {
		return "", true
	}
	host = c.config.Callbacks.Host()
	return host, !api.Loopback(host) || api.Loopback(c.config.Endpoint.Hostname())
}

// send makes an idempotent call, repeated while that may help.
func (c *Client) send(ctx context.Context, call api.Call) ([]byte, error) {
	return api.Retry(ctx, c.api.Retry, api.RetryIdempotent, func(ctx context.Context) ([]byte, error) {
		return c.try(ctx, call)
	})
}

// try makes a call once and returns the data of a successful answer.
func (c *Client) try(ctx context.Context, call api.Call) ([]byte, error) {
	answer, err := c.api.Send(ctx, call)
	if err != nil {
		return nil, err
	}
	e, err := parseEnvelope(answer.Body)
	switch {
	case err != nil:
		return nil, c.advise(c.api.MalformedResponse(call, answer, err.Error()))
	case e.failed():
		kind := api.Refused
		if answer.Status >= 400 {
			kind = api.KindOfStatus(answer.Status)
		}
		return nil, c.advise(c.api.ServiceError(call, answer, kind, string(e.Status), e.Message))
	case answer.Status >= 300:
		return nil, c.advise(c.api.MalformedResponse(call, answer, "the answer says success under an HTTP status that says failure"))
	case e.Data == nil:
		return nil, c.api.MalformedResponse(call, answer, "the answer lacks data")
	}
	return e.Data, nil
}

// advise says where the credentials of this service are set.
func (c *Client) advise(e *api.Error) *api.Error {
	switch {
	case e.Kind != api.Denied:
	case len(c.config.Header) == 0:
		e.Hint = "The service asks for credentials, and none are configured. Set headers in the provider's desktop block, " +
			"such as headers = { Authorization = \"Bearer …\" }, or the environment variable CLOUDDESKTOP_AUTHORIZATION."
	default:
		e.Hint = "Check headers in the provider's desktop block, or the environment variable CLOUDDESKTOP_AUTHORIZATION: " +
			"the credentials may be wrong, expired, or not allowed to do this."
	}
	return e
}
