// Package desktop is a client of the cloud desktop service: it orders desktops,
// changes their size and policy, and looks them up. The results of asynchronous
// calls come by callback.
package desktop

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
)

// Config is what a Client is made of.
type Config struct {
	// Endpoint is the base address of the service.
	Endpoint *url.URL
	// HTTP carries the requests.
	HTTP *http.Client
	// Header is sent with every request; its values are secrets.
	Header http.Header
	// Retry says how long to wait between attempts.
	Retry api.RetryPolicy
	// Callbacks receives the results of the asynchronous calls.
	Callbacks *callback.Receiver
	// OperatingSystems are the values of os that the deployment offers.
	OperatingSystems []string
	// UserGroups are the groups that lists and reports cover when they name none.
	UserGroups []string
	// PolicyPerDesktop: policy-update carries a desktop_uuid.
	PolicyPerDesktop bool
	// PolicyCallback: policy-update carries a callback_url, and its result comes
	// by callback.
	PolicyCallback bool
	// CallbacksUnavailable is what an asynchronous call returns if
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

// Close stops receiving callbacks, after those that are arriving.
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

// PolicyCallback reports whether the result of a policy-update comes by callback.
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
func (c *Client) send(ctx context.Context, call api.Call) (json.RawMessage, error) {
	return api.Retry(ctx, c.api.Retry, api.RetryIdempotent, func(ctx context.Context) (json.RawMessage, error) {
		return c.try(ctx, call)
	})
}

// try makes a call once and returns the data of a successful answer, nil if it
// holds none.
func (c *Client) try(ctx context.Context, call api.Call) (json.RawMessage, error) {
	got, err := c.api.Send(ctx, call)
	if err != nil {
		return nil, err
	}
	frame, err := answer.Parse("the answer", got.Body)
	switch {
	case err != nil:
		return nil, c.hint(c.api.MalformedResponse(call, got, err.Error()))
	case frame.Status != answer.Success:
		return nil, c.serviceError(call, got, frame)
	case got.Status >= 300:
		return nil, c.hint(c.api.MalformedResponse(call, got, "the answer reports success with an HTTP status that reports failure"))
	}
	return frame.Data, nil
}

// serviceError is the error of an answer whose status is not success.
func (c *Client) serviceError(call api.Call, got *api.Answer, frame answer.Frame) error {
	kind := api.Refused
	if got.Status >= 400 {
		kind = api.KindOfStatus(got.Status)
	}
	return c.hint(c.api.ServiceError(call, got, kind, string(frame.Status), frame.Message))
}

// hint says where the credentials of this service are set.
func (c *Client) hint(e *api.Error) *api.Error {
	switch {
	case e.Kind != api.Denied:
	case len(c.config.Header) == 0:
		e.Hint = "The service requires credentials, and none are configured. Set headers in the " +
			"provider's desktop block, such as headers = { Authorization = \"Bearer …\" }, or the " +
			"environment variable CLOUDDESKTOP_AUTHORIZATION."
	default:
		e.Hint = "Check headers in the provider's desktop block, or the environment variable CLOUDDESKTOP_AUTHORIZATION: " +
			"the credentials may be wrong, expired, or not allowed to do this."
	}
	return e
}
