package desktop

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// order resumes an open order of an earlier apply, or places one, and waits
// until the desktop exists.
func (r *desktopResource) order(ctx context.Context, plan desktopModel, timeout time.Duration) (*desktop.Order, diag.Diagnostics) {
	var diags diag.Diagnostics
	var mu sync.Mutex
	in := plan.orderInput()
	in.Timeout = timeout
	in.List = func(ctx context.Context) ([]desktop.UserDesktop, error) { return r.listOwner(ctx, in) }
	in.Warn = func(message string) {
		mu.Lock()
		defer mu.Unlock()
		diags.Append(diagnose.Warn("Order of a Desktop", message))
	}
	ordered, err := r.client.Order(ctx, in)
	if err != nil {
		diags.Append(diagnose.Error("Order Desktop", orderError(err)))
		return nil, diags
	}
	if got := ordered.Result; in.Username != "" && got.Username != in.Username {
		diags.Append(diagnose.Error("Order Desktop", r.closeStranger(ctx, ordered, in.Username)))
		return nil, diags
	}
	return ordered, diags
}

// closeStranger closes an order that led to the desktop of another user.
func (r *desktopResource) closeStranger(ctx context.Context, ordered *desktop.Order, wanted string) error {
	got := ordered.Result
	err := fmt.Errorf("the desktop was ordered for user %q, but the service made desktop %s for user %q", wanted, got.DesktopUUID, got.Username)
	if closing := ordered.Close(context.WithoutCancel(ctx), "the desktop belongs to another user than it was ordered for"); closing != nil {
		err = errors.Join(err, orderError(closing))
	}
	return diagnose.WithHint(err, fmt.Sprintf("The desktop exists. If %q is a group, write user_group instead of username, and import the desktop with: terraform import ADDRESS '%s/%s'",
		wanted, got.Username, got.DesktopUUID))
}

// orderError returns an error with only the text of an incomplete order. The
// text already contains the order, the command and the error of the service.
func orderError(err error) error {
	if failed, ok := errors.AsType[*ledger.Error](err); ok {
		return errors.New(failed.Error())
	}
	return err
}

// listOwner returns the desktops of the user or of all users of the group of an
// order.
func (r *desktopResource) listOwner(ctx context.Context, in desktop.OrderInput) ([]desktop.UserDesktop, error) {
	var list []desktop.UserDesktop
	add := func(u userDesktops) error {
		if u.err != nil && !isUnknownUser(u.err) {
			return u.err
		}
		for _, d := range u.desktops {
			list = append(list, desktop.UserDesktop{Username: u.name, DesktopUUID: d.UUID})
		}
		return nil
	}
	if in.Username != "" {
		return list, add(desktopsOf(ctx, r.client, in.Username))
	}
	for user := range usersOf(ctx, r.client, in.UserGroup) {
		if err := add(user); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// confirmOrder records that the state contains the desktop of an order. If it
// fails, the next plan retries it.
func (r *desktopResource) confirmOrder(ctx context.Context, state desktopModel, private privateReader) diag.Diagnostics {
	ref, diags := getPrivate[desktop.OrderReference](ctx, private, orderKey)
	if ref == (desktop.OrderReference{}) || diags.HasError() || r.client == nil || r.client.Available() != nil {
		return diags
	}
	err := r.client.ConfirmOrder(ctx, ref, desktop.UserDesktop{Username: state.Username.ValueString(), DesktopUUID: state.DesktopUUID.ValueString()})
	if err != nil && r.instances.First("order "+ref.Inbox) {
		diags.Append(diagnose.Warning("Confirm Order of Desktop", err,
			fmt.Sprintf("The state contains desktop %s, but the inbox still shows its order %s as not confirmed, so a later apply may stop at that order. "+
				"A plan confirms orders if it may create and delete keys in the inbox that the order was placed with.", state.DesktopUUID.ValueString(), ref.Ref)))
	}
	return diags
}

// dropReference removes the reference to an order that has ended and of which
// no key is left.
func (r *desktopResource) dropReference(ctx context.Context, from privateReader, to privateWriter) diag.Diagnostics {
	ref, diags := getPrivate[desktop.OrderReference](ctx, from, orderKey)
	if ref == (desktop.OrderReference{}) || diags.HasError() {
		return diags
	}
	// If the inbox cannot be read, the reference stays, which is harmless.
	if settled, err := r.client.OrderSettled(ctx, ref); err == nil && settled {
		diags.Append(setPrivate(ctx, to, orderKey, desktop.OrderReference{})...)
	}
	return diags
}

// noticeOrders warns about an open order that the apply will resume instead of
// placing one, and about a CI runner whose inbox may be lost.
func (r *desktopResource) noticeOrders(ctx context.Context, plan desktopModel) diag.Diagnostics {
	var diags diag.Diagnostics
	if r.client.InboxMayBeLost() && r.instances.First("inbox may be lost") {
		diags.Append(diagnose.Warn("Orders May Be Forgotten",
			"This looks like a CI runner, and the orders of this apply are stored in Terraform's data directory, which the runner may not keep. "+
				"If the apply is interrupted, the next one may order a desktop a second time. Set inbox and scope in the provider's callback block."))
	}
	if plan.UserGroup.IsUnknown() || plan.Username.IsUnknown() && plan.UserGroup.IsNull() || plan.OS.IsUnknown() {
		return diags
	}
	pending, others, err := r.client.PendingOrders(ctx, plan.orderInput())
	if err != nil {
		diags.Append(diagnose.Warning("Read Earlier Orders", err, "If there is one of this kind, the apply resumes it instead of placing another."))
		return diags
	}
	diags.Append(r.noticeOtherScopes(others, plan)...)
	for _, o := range pending {
		if !r.instances.First("order " + o.Ref) {
			continue
		}
		led := ""
		if o.DesktopUUID != "" {
			led = fmt.Sprintf(" It led to desktop %s.", o.DesktopUUID)
		}
		diags.Append(diagnose.Warn("An Earlier Order Is Open",
			fmt.Sprintf("Order %s of an earlier apply asked for a desktop of this kind, and no state is known to contain it.%s The apply does not place another order: it resumes this one, or stops and says what to do. To see the order, run: %s", o.Ref, led, o.ShowCommand)))
	}
	return diags
}

// noticeOtherScopes warns about open orders of other scopes, which the apply
// does not resume: the scope may have been changed by accident.
func (r *desktopResource) noticeOtherScopes(others desktop.OtherScopes, plan desktopModel) diag.Diagnostics {
	in := plan.orderInput()
	if others.Count == 0 || !r.instances.First(fmt.Sprintf("other scopes %q %q %q", in.UserGroup, in.Username, in.OS)) {
		return nil
	}
	return diag.Diagnostics{diagnose.Warn("Orders of Other Scopes Are Open",
		fmt.Sprintf("Open orders of this kind that the inbox holds for other scopes: %d. The scope of this configuration is %q, so the apply does not resume them and orders another desktop. "+
			"If callback.scope or the workspace was changed by mistake, change it back. To see the orders, run: %s", others.Count, others.Scope, others.ListCommand))}
}
