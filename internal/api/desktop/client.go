// Package desktop is the client of the cloud desktop service. It orders
// desktops, changes their sizes and policies, and reads them. The results of
// asynchronous calls arrive by callback.
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

// Config is the configuration of a Client.
type Config struct {
	// Endpoint is the base address of the service.
	Endpoint *url.URL
	// HTTP sends the requests.
	HTTP *http.Client
	// Header is sent with every request; its values are secrets.
	Header http.Header
	// Retry is the waiting time between attempts.
	Retry api.RetryPolicy
	// Callbacks receives the results of the asynchronous calls.
	Callbacks *callback.Receiver
	// OperatingSystems are the values of os that the deployment offers.
	OperatingSystems []string
	// UserGroups are the default groups of lists and reports.
	UserGroups []string
	// PolicyPerDesktop means that policy-update sends a desktop_uuid.
	PolicyPerDesktop bool
	// PolicyCallback means that policy-update sends a callback_url, and its
	// result arrives by callback.
	PolicyCallback bool
	// CallbacksUnavailable is the error of asynchronous calls if Callbacks is
	// nil.
	CallbacksUnavailable error
	// Unavailable, if set, is the error of every call.
	Unavailable error
}

// Client is a client of one cloud desktop service. Its methods may be called
// concurrently.
type Client struct {
	config Config
	api    api.Client

	mu    sync.Mutex
	lists map[string]*list // By user.
}

// New returns a client. It sends no request.
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

// Close stops receiving callbacks. Callbacks that are arriving are still
// accepted.
func (c *Client) Close() error {
	if c.config.Callbacks == nil {
		return nil
	}
	return c.config.Callbacks.Close()
}

// Available returns the error of every call if the service is not configured,
// or nil.
func (c *Client) Available() error { return c.config.Unavailable }

// OperatingSystems returns the values of os that the deployment offers.
func (c *Client) OperatingSystems() []string { return c.config.OperatingSystems }

// UserGroups returns the default groups of lists and reports.
func (c *Client) UserGroups() []string { return c.config.UserGroups }

// PolicyPerDesktop reports whether each desktop has its own policy, instead of
// one policy for the service.
func (c *Client) PolicyPerDesktop() bool { return c.config.PolicyPerDesktop }

// PolicyCallback reports whether the result of a policy-update arrives by
// callback.
func (c *Client) PolicyCallback() bool { return c.config.PolicyCallback }

// CallbackReachable reports whether the service may be able to reach the
// callback URL: a loopback address works only if the service runs on the same
// machine. It sends no request. It also returns the host of the callback URL.
func (c *Client) CallbackReachable() (host string, ok bool) {
	if c.config.Callbacks == nil {
		return "", true
	}
	host = c.config.Callbacks.Host()
	return host, !api.Loopback(host) || api.Loopback(c.config.Endpoint.Hostname())
}

// send makes an idempotent call, with retries.
func (c *Client) send(ctx context.Context, call api.Call) (json.RawMessage, error) {
	return api.Retry(ctx, c.api.Retry, api.RetryIdempotent, func(ctx context.Context) (json.RawMessage, error) {
		return c.try(ctx, call)
	})
}

// try makes a call once. It returns the data of a successful answer, or nil if
// there is none.
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

// hint adds a hint about the credentials to an error of the kind Denied.
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
