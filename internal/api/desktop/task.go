package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
)

// Task is an accepted call whose result arrives by callback.
type Task[T any] struct {
	client  *Client
	call    api.Call
	pending *callback.Pending
	decode  func(answer.Frame) (T, error)
}

// asyncCall is a call whose result arrives by callback.
type asyncCall[T any] struct {
	path string
	// body returns the body of the request.
	body func(callbackURL string) any
	// decode returns the data of a successful callback, or an error if it is
	// not the result of the call.
	decode func(answer.Frame) (T, error)
}

func ignoreResult(answer.Frame) (struct{}, error) { return struct{}{}, nil }

// start sends an idempotent call and returns its Task.
func start[T any](ctx context.Context, c *Client, a asyncCall[T]) (*Task[T], error) {
	if err := c.Available(); err != nil {
		return nil, err
	}
	if c.config.Callbacks == nil {
		return nil, c.config.CallbacksUnavailable
	}
	pending, err := c.config.Callbacks.Open(ctx, id.Task)
	if err != nil {
		return nil, err
	}
	// The last segment of the URL is also a secret.
	secrets := []string{pending.URL(), path.Base(pending.URL())}
	call := api.Call{Method: http.MethodPost, Path: a.path, Body: a.body(pending.URL()), Secrets: secrets}
	task := &Task[T]{client: c, call: call, pending: pending, decode: a.decode}
	_, err = api.Retry(ctx, c.api.Retry, api.RetryIdempotent, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.accepted(ctx, task.call)
	})
	if err != nil {
		_ = pending.End(context.WithoutCancel(ctx)) // An error of End must not hide the error of the call.
		return nil, err
	}
	return task, nil
}

// accepted sends a call and returns nil if the service accepted it: its status
// is "0", whatever the HTTP status, and with or without data.
func (c *Client) accepted(ctx context.Context, call api.Call) error {
	got, err := c.api.Send(ctx, call)
	if err != nil {
		return err
	}
	frame, err := answer.Parse("the answer", got.Body)
	switch {
	case err != nil:
		return c.hint(c.api.MalformedResponse(call, got, err.Error()))
	case frame.Status != answer.Success:
		return c.serviceError(call, got, frame)
	}
	return nil
}

// refusedStatuses are the HTTP statuses of requests that were not carried out,
// independent of the body.
var refusedStatuses = map[int]bool{
	400: true, 401: true, 403: true, 404: true, 405: true, 407: true, 411: true,
	413: true, 414: true, 415: true, 422: true, 429: true, 431: true,
}

// outcomeUnknown reports whether an order may have been carried out although
// err was returned: it was sent and not refused. A status 408, 409, 425 or 5xx
// may be from a gateway that stopped waiting for the service, so the body is
// ignored.
func outcomeUnknown(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case !ok || e.Unsent || refusedStatuses[e.Status]:
		return false
	case e.Code != string(answer.Failure):
		return true
	}
	return e.Status >= 500 || e.Status == http.StatusRequestTimeout || e.Status == http.StatusConflict || e.Status == http.StatusTooEarly
}

// Wait waits for the callback and returns its data. The error is an *api.Error
// of kind Refused if the callback reports a failure. If ctx ends first, the
// error is its cause, with the callbacks that were not the result. The service
// may still carry out the call, and its result is stored.
func (t *Task[T]) Wait(ctx context.Context) (T, error) {
	var result T
	body, err := t.pending.Wait(ctx, func(body []byte) error {
		frame, err := answer.Parse("the callback", body)
		if err == nil && frame.Status == answer.Success {
			result, err = t.decode(frame)
		}
		return err
	})
	if err != nil {
		return result, err
	}
	// If End fails, a key stays in the inbox. This must not hide the result.
	_ = t.pending.End(context.WithoutCancel(ctx))
	return result, t.failure(body)
}

// failure returns the error that a callback reports, or nil.
func (t *Task[T]) failure(body []byte) error {
	var frame answer.Frame
	if err := json.Unmarshal(body, &frame); err != nil || frame.Status != answer.Failure {
		return err
	}
	call := t.call
	call.Method = "callback of " + call.Method
	return t.client.api.ServiceError(call, &api.Answer{}, api.Refused, string(frame.Status), frame.Message)
}
