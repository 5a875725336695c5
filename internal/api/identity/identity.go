// Package identity authenticates requests to Huawei Cloud and OpenStack, by a
// token or a signature. It logs in at IAM or Keystone to get a token.
package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// Credentials authenticate the requests to one cloud.
type Credentials interface {
	// Wrap returns a transport that adds the credentials to every request.
	Wrap(next http.RoundTripper) http.RoundTripper
	// Secrets are the texts that errors must not contain.
	Secrets() []string
	// Hint returns what to do about an answer with status 401.
	Hint(answer *api.Answer) string
}

// Client sends requests to a service that requires credentials. The transport
// of API must be one that Credentials.Wrap has returned.
type Client struct {
	API         api.Client
	Credentials Credentials
}

// Send sends a request once. If the call needs a login and the login fails, it
// returns the error of the login.
func (c *Client) Send(ctx context.Context, call api.Call) (*api.Answer, error) {
	answer, err := c.API.Send(ctx, call)
	if failed, ok := errors.AsType[*api.Error](err); ok {
		if login, ok := errors.AsType[*api.Error](failed.Err); ok {
			return nil, login
		}
	}
	return answer, err
}

// ServiceError returns the error for an answer with an error status.
func (c *Client) ServiceError(call api.Call, answer *api.Answer) *api.Error {
	client := c.masking()
	e := serviceError(&client, call, answer)
	if answer.Status == http.StatusUnauthorized {
		e.Hint = c.Credentials.Hint(answer)
	}
	return e
}

// MalformedResponse returns the error for an answer that does not have the
// documented form.
func (c *Client) MalformedResponse(call api.Call, answer *api.Answer, reason string) *api.Error {
	client := c.masking()
	return client.MalformedResponse(call, answer, reason)
}

// masking returns the client with the current secrets, such as a token that was
// fetched for the call.
func (c *Client) masking() api.Client {
	client := c.API
	client.Secrets = slices.Concat(client.Secrets, c.Credentials.Secrets())
	return client
}

// serviceError reads the three forms of errors in these clouds: that of
// Huawei's gateway, that of Keystone and Huawei ECS, and that of Nova, an
// object whose only key is the name of the fault.
func serviceError(client *api.Client, call api.Call, answer *api.Answer) *api.Error {
	var gateway struct {
		Code    string `json:"error_code"`
		Message string `json:"error_msg"`
	}
	if err := json.Unmarshal(answer.Body, &gateway); err == nil && gateway.Code != "" {
		return withRequestID(client, call, answer, gateway.Code, gateway.Message)
	}
	var faults map[string]struct {
		Code    json.RawMessage `json:"code"`
		Message string          `json:"message"`
		Title   string          `json:"title"`
	}
	if err := json.Unmarshal(answer.Body, &faults); err != nil || len(faults) != 1 {
		return client.MalformedResponse(call, answer, "the answer is not an error in the form of this service")
	}
	var code, message string
	for name, fault := range faults {
		code, message = name, fault.Message
		if name == "error" {
			code = fault.Title
			// Huawei ECS has its own code; that of Keystone is the status.
			_ = json.Unmarshal(fault.Code, &code)
		}
	}
	return withRequestID(client, call, answer, code, message)
}

func withRequestID(client *api.Client, call api.Call, answer *api.Answer, code, message string) *api.Error {
	e := client.ServiceError(call, answer, api.KindOfStatus(answer.Status), code, message)
	for _, header := range []string{"X-Request-Id", "X-Openstack-Request-Id"} {
		if id := answer.Header.Get(header); id != "" {
			e.RequestID = id
			break
		}
	}
	return e
}
