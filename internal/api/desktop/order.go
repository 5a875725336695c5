package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// ErrOutcomeUnknown is wrapped by the error of an order that may have been
// carried out: no answer and no callback shows whether it was.
var ErrOutcomeUnknown = errors.New("the service may still have carried out the request")

// OrderInput is an order.
type OrderInput struct {
	// UserGroup is the group in which the service creates a user. Username is
	// an existing user, who gets another desktop. Exactly one of them is set.
	UserGroup, Username string
	// OS is one of OperatingSystems.
	OS string
	// DiskGiB is the size to which the disk will be grown, or 0 if it is not
	// changed.
	DiskGiB int64
	// Timeout is how long the order may take.
	Timeout time.Duration
	// List returns the desktops of the user, or of all users of the group.
	List func(ctx context.Context) ([]UserDesktop, error)
	// Warn receives the warnings about an order that continues.
	Warn func(message string)
}

// UserDesktop is a desktop and its user.
type UserDesktop struct{ Username, DesktopUUID string }

// Order is an order whose desktop exists.
type Order struct {
	*ledger.Delivery

	// Result is the data of the callback.
	Result ApplyResult
}

// ApplyResult is the result of an order.
type ApplyResult struct {
	Username    string
	DesktopUUID string
	// Password is the initial password of a new user, else empty.
	Password string
}

// Order resumes an open order of the same kind, or places one, and waits until
// its desktop exists. An order is sent once. It is retried only if no byte of
// it can have reached the service. The error wraps ErrOutcomeUnknown if the
// order may have been carried out.
//
// API: POST /api/desktop/apply
func (c *Client) Order(ctx context.Context, in OrderInput) (*Order, error) {
	if err := c.Available(); err != nil {
		return nil, err
	}
	if c.config.Callbacks == nil {
		return nil, c.config.CallbacksUnavailable
	}
	kind := c.kind(in)
	c.invalidate(kind.Name())
	delivery, err := c.config.Callbacks.Order(ctx, callback.OrderRequest{
		Want:    ledger.Want{Kind: kind, DiskGiB: in.DiskGiB},
		Timeout: in.Timeout,
		Post: func(ctx context.Context, callbackURL string) ledger.Answer {
			return c.post(ctx, kind, callbackURL)
		},
		List: func(ctx context.Context) ([]ledger.Desktop, error) { return c.listFresh(ctx, in.List) },
		Warn: in.Warn,
	})
	if err != nil {
		return nil, api.WithCause(ctx, orderError(err))
	}
	c.invalidate(delivery.Desktop.Username)
	return &Order{delivery, result(delivery)}, nil
}

func (c *Client) kind(in OrderInput) ledger.Kind {
	return ledger.Kind{Service: c.config.Endpoint.String(), UserGroup: in.UserGroup, Username: in.Username, OS: in.OS}
}

// listFresh lists the desktops without the cached lists.
func (c *Client) listFresh(ctx context.Context, list func(context.Context) ([]UserDesktop, error)) ([]ledger.Desktop, error) {
	c.mu.Lock()
	clear(c.lists)
	c.mu.Unlock()
	found, err := list(ctx)
	desktops := make([]ledger.Desktop, 0, len(found))
	for _, d := range found {
		desktops = append(desktops, ledger.Desktop{Username: d.Username, UUID: d.DesktopUUID})
	}
	return desktops, err
}

// result returns the result in the callback. There is no callback if a command
// supplied the desktop.
func result(d *ledger.Delivery) ApplyResult {
	got := ApplyResult{Username: d.Desktop.Username, DesktopUUID: d.Desktop.UUID}
	var frame answer.Frame
	if json.Unmarshal(d.Body, &frame) == nil {
		if desktop, err := frame.Desktop(); err == nil {
			got.Password = desktop.Password
		}
	}
	return got
}

// post sends an order and classifies the answer.
func (c *Client) post(ctx context.Context, kind ledger.Kind, callbackURL string) ledger.Answer {
	type body struct {
		Username string `json:"username"` // a group or a user
		OS       string `json:"os"`
		Callback string `json:"callback_url"`
	}
	call := api.Call{
		Method: http.MethodPost, Path: "/api/desktop/apply", Once: true,
		Body: body{Username: kind.Name(), OS: kind.OS, Callback: callbackURL},
		// The last segment of the URL is also a secret.
		Secrets: []string{callbackURL, path.Base(callbackURL)},
	}
	_, err := api.Retry(ctx, c.api.Retry, api.RetryUnsent, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.accepted(ctx, call)
	})
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case err == nil:
		return ledger.Answer{Kind: ledger.AnswerAccepted}
	case ok && e.Unsent:
		return ledger.Answer{Kind: ledger.AnswerUnsent, Err: err}
	case !ok || outcomeUnknown(err):
		return ledger.Answer{Kind: ledger.AnswerUnknown, Err: fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)}
	}
	return ledger.Answer{Kind: ledger.AnswerRefused, Err: err}
}

// orderError returns the service's error for an order that was refused or not
// sent, because such an order needs no further action.
func orderError(err error) error {
	failed, ok := errors.AsType[*ledger.Error](err)
	if !ok {
		return err
	}
	switch kind := failed.Outcome.Kind; {
	case (kind == ledger.OutcomeRefused || kind == ledger.OutcomeUnsent) && failed.Err != nil:
		return failed.Err
	case kind == ledger.OutcomeFailed:
		return &api.Error{
			Service: "desktop", Operation: "callback of POST /api/desktop/apply", Kind: api.Refused,
			Code: string(answer.Failure), Message: failed.Outcome.Message,
		}
	}
	return err
}

// OrderReference identifies the order of a desktop in its private state.
type OrderReference = callback.Reference

// Reference returns the reference to an order.
func (c *Client) Reference(ctx context.Context, o *Order) (OrderReference, error) {
	return c.config.Callbacks.Reference(ctx, o.Ref())
}

// ConfirmOrder records that a saved state contains the desktop of an order.
func (c *Client) ConfirmOrder(ctx context.Context, ref OrderReference, d UserDesktop) error {
	if c.config.Callbacks == nil {
		return c.config.CallbacksUnavailable
	}
	return c.config.Callbacks.Confirm(ctx, ref, ledger.Desktop{Username: d.Username, UUID: d.DesktopUUID})
}

// OrderConfirmed reports whether ConfirmOrder has succeeded in this process.
func (c *Client) OrderConfirmed(ref OrderReference) bool {
	return c.config.Callbacks != nil && c.config.Callbacks.Confirmed(ref)
}

// OrderSettled reports whether the reference can be removed from the private
// state.
func (c *Client) OrderSettled(ctx context.Context, ref OrderReference) (bool, error) {
	if c.config.Callbacks == nil {
		return false, c.config.CallbacksUnavailable
	}
	return c.config.Callbacks.Settled(ctx, ref)
}

// PendingOrder is an order that an apply would resume or stop at.
type PendingOrder struct {
	Ref string
	// ShowCommand is the shell command that prints the order.
	ShowCommand string
	// DesktopUUID is the uuid of the desktop that it has led to, or empty.
	DesktopUUID string
}

// OtherScopes are open orders of one kind that belong to other scopes than
// Scope. An apply does not resume them.
type OtherScopes struct {
	Scope string
	Count int
	// ListCommand is the shell command that prints the open orders of all
	// scopes.
	ListCommand string
}

// PendingOrders returns the orders of this kind that an apply would resume or
// stop at, and those of other scopes.
func (c *Client) PendingOrders(ctx context.Context, in OrderInput) (pending []PendingOrder, others OtherScopes, err error) {
	if c.config.Callbacks == nil {
		return nil, others, c.config.CallbacksUnavailable
	}
	orders, count, err := c.config.Callbacks.PendingOrders(ctx, ledger.Want{Kind: c.kind(in)})
	for _, o := range orders {
		d, _ := o.Desktop()
		pending = append(pending, PendingOrder{Ref: o.Ref, ShowCommand: c.config.Callbacks.OrderCommand("show", o.Ref), DesktopUUID: d.UUID})
	}
	return pending, OtherScopes{c.config.Callbacks.Scope(), count, c.config.Callbacks.OrderCommand("list", "")}, err
}

// SavedDesktops are the desktops of confirmed orders: a saved state of this
// scope has contained them.
type SavedDesktops struct {
	Desktops []UserDesktop
	// ListCommand is the shell command that prints all orders.
	ListCommand string
}

// SavedDesktops returns the desktops of the confirmed orders in the inbox.
func (c *Client) SavedDesktops(ctx context.Context) (SavedDesktops, error) {
	if c.config.Callbacks == nil {
		return SavedDesktops{}, c.config.CallbacksUnavailable
	}
	list, err := c.config.Callbacks.SavedDesktops(ctx)
	saved := SavedDesktops{ListCommand: c.config.Callbacks.OrderCommand("list --all", "")}
	for _, d := range list {
		saved.Desktops = append(saved.Desktops, UserDesktop{Username: d.Username, DesktopUUID: d.UUID})
	}
	return saved, err
}

// InboxMayBeLost reports whether the inbox may be lost before the next apply,
// because it is on the disk of a CI runner.
func (c *Client) InboxMayBeLost() bool {
	return c.config.Callbacks != nil && c.config.Callbacks.InboxMayBeLost()
}

// Orphaned is called if Terraform has ended without stopping this process. It
// releases the open orders, so that the next apply resumes them.
func (c *Client) Orphaned(ctx context.Context) error {
	if c.config.Callbacks == nil {
		return nil
	}
	return c.config.Callbacks.Orphaned(ctx)
}
