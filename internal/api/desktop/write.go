package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
)

// ApplyInput is an order.
type ApplyInput struct {
	// Name is a group, in which a user is made, or an existing user, who gets
	// one more desktop.
	Name string
	// OS is one of OperatingSystems.
	OS string
}

// ApplyResult is a desktop that was ordered.
type ApplyResult struct {
	Username    string `json:"username"`
	DesktopUUID string `json:"desktop_uuid"`
	// Password is the first password of a new user, else empty.
	Password string `json:"password"`
}

// ResizeInput holds target values; what is nil stays as it is.
type ResizeInput struct {
	DesktopUUID string
	// CPU is a number of processors.
	CPU *int64
	// MemoryBytes and DiskBytes are sizes in bytes. A disk only grows.
	MemoryBytes, DiskBytes *int64
}

// PolicyInput holds target values; what is nil stays as it is.
type PolicyInput struct {
	// DesktopUUID is empty unless the policy belongs to a desktop.
	DesktopUUID string
	// USBEnable allows USB redirection, DataAccess the transfer of data.
	USBEnable, DataAccess *bool
}

// Credentials are what a user logs in with.
type Credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Operation is a call that the service has accepted and ends by a callback.
type Operation[T any] struct {
	client *Client
	call   api.Call
	inbox  *callback.Operation
	doubt  error
	decode func(json.RawMessage) (T, error)
}

// ErrOutcomeUnknown is wrapped by the error of a call that may have been carried out:
// no answer to an order ever came, or a callback that cannot be understood.
var ErrOutcomeUnknown = errors.New("the service may have carried out the request all the same")

// Wait returns what the callback brings. It fails with an *api.Error of kind
// Refused if the service failed, with ErrOutcomeUnknown if that cannot be told, and
// with the cause of ctx if that ends first: the call goes on then, and its
// result is kept.
func (o *Operation[T]) Wait(ctx context.Context) (T, error) {
	var zero T
	wait := ctx
	if o.doubt != nil {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeoutCause(ctx, o.client.config.DoubtWait, fmt.Errorf("%w: %w", ErrOutcomeUnknown, o.doubt))
		defer cancel()
	}
	body, err := o.inbox.Wait(wait)
	if err != nil {
		return zero, err
	}
	end(ctx, o.inbox)
	return o.result(body)
}

// end forgets an operation whose result is known. A failure leaves a file that
// nobody reads; it must hide neither a desktop that exists nor the error at hand.
func end(ctx context.Context, inbox *callback.Operation) {
	_ = inbox.End(context.WithoutCancel(ctx))
}

func (o *Operation[T]) result(body []byte) (T, error) {
	var zero T
	// The body of an order's callback holds a password, so none is ever quoted.
	call := o.call
	call.Method, call.Sensitive = "callback of "+call.Method, true
	answer := &api.Answer{Body: body}
	e, err := parseEnvelope(body)
	if err == nil && e.failed() {
		return zero, o.client.api.ServiceError(call, answer, api.Refused, string(e.Status), e.Message)
	}
	var result T
	if err == nil {
		result, err = o.decode(e.Data)
	}
	if err != nil {
		return zero, fmt.Errorf("%w: %w", ErrOutcomeUnknown, o.client.api.MalformedResponse(call, answer, err.Error()))
	}
	return result, nil
}

// Apply orders a desktop. It is sent once only, unless no byte of it can have
// reached the service.
//
// API: POST /api/desktop/apply
func (c *Client) Apply(ctx context.Context, in ApplyInput) (*Operation[ApplyResult], error) {
	c.forget(in.Name)
	type body struct {
		Username string `json:"username"` // a group or a user
		OS       string `json:"os"`
		Callback string `json:"callback_url"`
	}
	return begin(ctx, c, "/api/desktop/apply", true, func(callbackURL string) any {
		return body{Username: in.Name, OS: in.OS, Callback: callbackURL}
	}, func(data json.RawMessage) (ApplyResult, error) {
		var ordered ApplyResult
		if err := json.Unmarshal(data, &ordered); err != nil {
			return ordered, errors.New("the callback's data is no object of strings")
		}
		if ordered.Username == "" || ordered.DesktopUUID == "" {
			return ordered, errors.New("the callback lacks username or desktop_uuid")
		}
		c.forget(ordered.Username)
		return ordered, nil
	})
}

// Resize gives a desktop other resources. It states targets, so it may be sent
// again.
//
// API: POST /api/desktop/resource-update
func (c *Client) Resize(ctx context.Context, in ResizeInput) (*Operation[struct{}], error) {
	type body struct {
		DesktopUUID string `json:"desktop_uuid"`
		CPU         *int64 `json:"cpu,omitempty"`
		Memory      *int64 `json:"memory,omitempty"`
		Disk        *int64 `json:"disk,omitempty"`
		Callback    string `json:"callback_url"`
	}
	return begin(ctx, c, "/api/desktop/resource-update", false, func(callbackURL string) any {
		return body{DesktopUUID: in.DesktopUUID, CPU: in.CPU, Memory: in.MemoryBytes, Disk: in.DiskBytes, Callback: callbackURL}
	}, ignoreResult)
}

// UpdatePolicy sets the policy, and waits for the callback where the
// deployment sends one.
//
// API: POST /api/desktop/policy-update
func (c *Client) UpdatePolicy(ctx context.Context, in PolicyInput) error {
	type body struct {
		DesktopUUID string `json:"desktop_uuid,omitempty"`
		USBEnable   *bool  `json:"usb-enable,omitempty"`
		DataAccess  *bool  `json:"data-access,omitempty"`
		Callback    string `json:"callback_url,omitempty"`
	}
	policy := body{DesktopUUID: in.DesktopUUID, USBEnable: in.USBEnable, DataAccess: in.DataAccess}
	const path = "/api/desktop/policy-update"
	if !c.config.PolicyCallback {
		_, err := c.send(ctx, api.Call{Method: http.MethodPost, Path: path, Body: policy})
		return err
	}
	op, err := begin(ctx, c, path, false, func(callbackURL string) any {
		policy.Callback = callbackURL
		return policy
	}, ignoreResult)
	if err != nil {
		return err
	}
	_, err = op.Wait(ctx)
	return err
}

// ResetPassword sets the password of a user; an empty one means the service's
// global default, which is then in the credentials returned.
//
// API: POST /api/user/pwd-reset
func (c *Client) ResetPassword(ctx context.Context, in Credentials) (Credentials, error) {
	call := api.Call{
		Method: http.MethodPost, Path: "/api/user/pwd-reset", Body: in,
		Secrets: []string{in.Password}, Sensitive: true,
	}
	data, err := c.send(ctx, call)
	if err != nil {
		return Credentials{}, err
	}
	var out Credentials
	err = json.Unmarshal(data, &out)
	switch {
	case err != nil:
		return Credentials{}, c.malformed(call, data, typeMismatch("the answer's data", err).Error())
	case out.Password == "":
		return Credentials{}, c.malformed(call, data, "the answer's data lacks the password")
	case out.Username != in.Username:
		return Credentials{}, c.malformed(call, data, "the answer names another user")
	}
	return out, nil
}

// begin sends a call that ends by a callback. One that must be carried out
// once only is waited for even if no answer of the service came.
func begin[T any](ctx context.Context, c *Client, path string, once bool,
	body func(callbackURL string) any, decode func(json.RawMessage) (T, error),
) (*Operation[T], error) {
	if err := c.Available(); err != nil {
		return nil, err
	}
	if c.config.Callbacks == nil {
		return nil, c.config.CallbacksUnavailable
	}
	inbox, err := c.config.Callbacks.Begin(ctx)
	if err != nil {
		return nil, err
	}
	// The last segment of the address is a secret by itself.
	secrets := []string{inbox.URL(), inbox.URL()[strings.LastIndex(inbox.URL(), "/")+1:]}
	call := api.Call{Method: http.MethodPost, Path: path, Body: body(inbox.URL()), Secrets: secrets}
	op := &Operation[T]{client: c, call: call, inbox: inbox, decode: decode}
	repeat := api.RetryIdempotent
	if once {
		repeat = api.RetryUnsent
	}
	_, err = api.Retry(ctx, c.api.Retry, repeat, func(ctx context.Context) ([]byte, error) { return c.try(ctx, call) })
	switch {
	case err == nil:
		return op, nil
	case once && doubtful(err):
		op.doubt = err
		return op, nil
	}
	end(ctx, inbox)
	return nil, err
}

// doubtful reports a failure after which the service may carry the call out:
// it was sent, and what came back is no answer of the service.
func doubtful(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && !e.Unsent && e.Code == "" &&
		(e.Status < 300 || e.Status >= 500)
}

func ignoreResult(json.RawMessage) (struct{}, error) { return struct{}{}, nil }
