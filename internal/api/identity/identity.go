// Package identity says who asks: it puts a token or a signature on requests to
// Huawei Cloud and OpenStack, and logs in at IAM or Keystone to get a token.
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
	// Wrap returns a transport that puts the credentials on every request.
	Wrap(next http.RoundTripper) http.RoundTripper
	// Secrets are the texts that no error may repeat.
	Secrets() []string
	// Hint says what a person can do about an answer with status 401.
	Hint(answer *api.Answer) string
}

// Client sends requests to a service that wants credentials. The transport of
// its API is one that Credentials.Wrap made.
type Client struct {
	API         api.Client
	Credentials Credentials
}

// Send makes one try at a call. A login that failed on the way is returned as
// the error of that login.
func (c *Client) Send(ctx context.Context, call api.Call) (*api.Answer, error) {
	answer, err := c.API.Send(ctx, call)
	if failed, ok := errors.AsType[*api.Error](err); ok {
		if login, ok := errors.AsType[*api.Error](failed.Err); ok {
			return nil, login
		}
	}
	return answer, err
}

// Failure is the error for an answer whose status says that the call failed.
func (c *Client) Failure(call api.Call, answer *api.Answer) *api.Error {
	client := c.masking()
	e := failure(&client, call, answer)
	if answer.Status == http.StatusUnauthorized {
		e.Hint = c.Credentials.Hint(answer)
	}
	return e
}

// MalformedResponse is the error for an answer that is not what the document promises.
func (c *Client) MalformedResponse(call api.Call, answer *api.Answer, why string) *api.Error {
	client := c.masking()
	return client.MalformedResponse(call, answer, why)
}

// masking returns the client with the secrets of this moment: a token that was
// fetched for the call is one of them.
func (c *Client) masking() api.Client {
	client := c.API
	client.Secrets = slices.Concat(client.Secrets, c.Credentials.Secrets())
	return client
}

// failure reads the three forms in which these clouds word an error: that of
// Huawei's gateway, that of Keystone and of Huawei ECS, and that of Nova, where
// the name of the fault is the only member.
func failure(client *api.Client, call api.Call, answer *api.Answer) *api.Error {
	var gateway struct {
		Code    string `json:"error_code"`
		Message string `json:"error_msg"`
	}
	if err := json.Unmarshal(answer.Body, &gateway); err == nil && gateway.Code != "" {
		return named(client, call, answer, gateway.Code, gateway.Message)
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
			// Huawei ECS has a code of its own, Keystone repeats the status.
			_ = json.Unmarshal(fault.Code, &code)
		}
	}
	return named(client, call, answer, code, message)
}

func named(client *api.Client, call api.Call, answer *api.Answer, code, message string) *api.Error {
	e := client.ServiceError(call, answer, api.KindOfStatus(answer.Status), code, message)
	for _, header := range []string{"X-Request-Id", "X-Openstack-Request-Id"} {
		if id := answer.Header.Get(header); id != "" {
			e.RequestID = id
			break
		}
	}
	return e
}
