// Package cvm is a client of Tencent Cloud CVM. It gets the console URL of an
// instance.
package cvm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// Endpoint is the default address of the service.
const Endpoint = "https://cvm.tencentcloudapi.com"

const (
	service  = "cvm"
	version  = "2017-03-12"
	action   = "DescribeInstanceVncUrl"
	lifetime = 15 * time.Second
)

// sharedLimiter limits the requests of the process. The service allows ten per
// second. The limit is a little lower, because the time between two requests
// may become shorter in the network.
var sharedLimiter = rate.NewLimiter(rate.Every(110*time.Millisecond), 1)

// Config is the configuration of a Client.
type Config struct {
	// Endpoint is the base address of the service.
	Endpoint *url.URL
	// HTTP sends the requests.
	HTTP *http.Client
	// Region is the default region of instances.
	Region string
	// Credentials returns the credentials of each request.
	Credentials CredentialsProvider
	// Retry is the waiting time between attempts.
	Retry api.RetryPolicy
	// Limit limits the requests. If it is nil, the process has one limiter for
	// all clients.
	Limit *rate.Limiter
	// Unavailable, if set, is the error of every call.
	Unavailable error
}

// Client is a client of CVM. Its methods may be called concurrently.
type Client struct {
	config  Config
	lookUps singleflight.Group
}

// New returns a client. It sends no request and does not look for credentials.
func New(config Config) *Client {
	if config.Limit == nil {
		config.Limit = sharedLimiter
	}
	return &Client{config: config}
}

// ConsoleInput selects an instance.
type ConsoleInput struct {
	InstanceID string
	// Region is the region of the instance. The default is that of the client.
	Region string
}

// ConsoleURL gets the console URL of an instance. While requests are throttled,
// or the instance is in a temporary state, it retries until ctx ends.
//
// API: POST / DescribeInstanceVncUrl
func (c *Client) ConsoleURL(ctx context.Context, in ConsoleInput) (Console, error) {
	if c.config.Unavailable != nil {
		return Console{}, c.config.Unavailable
	}
	if in.Region == "" {
		in.Region = c.config.Region
	}
	if in.Region == "" {
		return Console{}, unsentError(api.Refused, "no region is configured",
			"Set region here, in the tencentcloud block, or in TENCENTCLOUD_REGION.", nil)
	}
	return api.Retry(ctx, c.config.Retry, api.RetryWhileBusy, func(ctx context.Context) (Console, error) {
		return c.try(ctx, in)
	})
}

func (c *Client) try(ctx context.Context, in ConsoleInput) (Console, error) {
	credentials, err := c.credentials(ctx)
	if err != nil {
		return Console{}, err
	}
	if c.config.Limit.Wait(ctx) != nil {
		// Wait returns an error at once if the wait would end after the
		// deadline. This waits for the deadline, because the error of an
		// earlier attempt says more.
		<-ctx.Done()
		return Console{}, unsentError(api.Throttled, "too many requests are waiting: the service allows ten per second", "", nil)
	}
	header, body, err := sign(c.config.Endpoint, in.Region, credentials, map[string]any{"InstanceId": in.InstanceID})
	if err != nil {
		return Console{}, unsentError(api.Other, "the request cannot be signed", "", err)
	}
	client := api.Client{
		Service: service, Endpoint: c.config.Endpoint, HTTP: c.config.HTTP, Header: header,
		Secrets: []string{credentials.SecretKey, credentials.SecurityToken},
	}
	call := api.Call{Method: http.MethodPost, Path: "/", Body: json.RawMessage(body), Sensitive: true}
	answer, err := client.Send(ctx, call)
	if err != nil {
		return Console{}, withAction(err, "")
	}
	// Only an answer with status 200 can contain a console URL, even if its
	// form is wrong.
	call.Sensitive = answer.Status == http.StatusOK
	return read(client, call, answer)
}

// read returns the console in an answer.
func read(client api.Client, call api.Call, answer *api.Answer) (Console, error) {
	var body struct {
		Response *struct {
			InstanceVncURL string `json:"InstanceVncUrl"`
			RequestID      string `json:"RequestId"`
			Error          *struct{ Code, Message string }
		}
	}
	err := json.Unmarshal(answer.Body, &body)
	response := body.Response
	switch {
	case err != nil:
		return Console{}, withAction(client.MalformedResponse(call, answer, "the answer is not the JSON document that was asked for"), "")
	case response == nil:
		return Console{}, withAction(client.MalformedResponse(call, answer, "the answer lacks a Response"), "")
	case response.Error != nil:
		kind, hint := explain(response.Error.Code, answer.Header)
		e := client.ServiceError(call, answer, kind, response.Error.Code, response.Error.Message)
		e.Hint = hint
		return Console{}, withAction(e, response.RequestID)
	case response.InstanceVncURL == "":
		return Console{}, withAction(client.MalformedResponse(call, answer, "the answer lacks an InstanceVncUrl"), response.RequestID)
	}
	console, err := newConsole(response.InstanceVncURL, time.Now())
	if err != nil {
		return Console{}, withAction(client.ServiceError(call, answer, api.Other, "", err.Error()), response.RequestID)
	}
	return console, nil
}

// withAction sets the action and the request ID of an error, because all
// actions have the same path.
func withAction(err error, requestID string) error {
	if e, ok := errors.AsType[*api.Error](err); ok {
		e.Operation, e.RequestID = action, requestID
	}
	return err
}

// unsentError returns an error of a request that was not sent.
func unsentError(kind api.Kind, message, hint string, err error) *api.Error {
	if err != nil {
		message = fmt.Sprintf("%s: %v", message, err)
	}
	return &api.Error{Service: service, Operation: action, Kind: kind, Message: message, Hint: hint, Err: err}
}
