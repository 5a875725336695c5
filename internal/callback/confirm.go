package callback

import (
	"context"
	"errors"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// Reference identifies the order of a desktop in its private state.
type Reference struct {
	Ref string `json:"ref"`
	// Inbox identifies the inbox that holds the order.
	Inbox string `json:"inbox"`
}

// ErrOtherInbox is returned for a reference to an order of another inbox.
var ErrOtherInbox = errors.New("the order of this desktop is in another inbox")

// Reference returns the reference to an order of this inbox.
func (r *Receiver) Reference(ctx context.Context, ref string) (Reference, error) {
	key, err := r.makeKey(ctx)
	if err != nil {
		return Reference{}, err
	}
	return Reference{Ref: ref, Inbox: id.Fingerprint(key)}, nil
}

// Confirm records that a saved state contains the desktop of an order. All
// callers of a process share one List, and write nothing if the order is
// already confirmed and cleaned up.
func (r *Receiver) Confirm(ctx context.Context, ref Reference, desktop ledger.Desktop) error {
	l, err := r.ordersOf(ctx, ref)
	if err != nil {
		return err
	}
	return l.Confirm(ctx, ledger.Reference{Ref: ref.Ref, Desktop: desktop})
}

// Confirmed reports whether Confirm has succeeded for an order in this process.
func (r *Receiver) Confirmed(ref Reference) bool {
	r.fingerprint.Lock()
	known := r.fingerprint.value == ref.Inbox
	r.fingerprint.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	return known && r.ledger != nil && r.ledger.Confirmed(ref.Ref)
}

// Settled reports whether the reference can be removed from the private state:
// the order has ended, and nothing of it is left to delete.
func (r *Receiver) Settled(ctx context.Context, ref Reference) (bool, error) {
	l, err := r.ordersOf(ctx, ref)
	if err != nil {
		return false, err
	}
	v, err := l.Planned(ctx)
	return err == nil && ledger.Settled(v, ref.Ref), err
}

// ordersOf returns the ledger, or ErrOtherInbox if the order is in another
// inbox.
func (r *Receiver) ordersOf(ctx context.Context, ref Reference) (*ledger.Ledger, error) {
	if err := r.checkInbox(ctx, ref); err != nil {
		return nil, err
	}
	return r.orders()
}

// checkInbox returns ErrOtherInbox for a reference to another inbox, such as one
// that was removed.
func (r *Receiver) checkInbox(ctx context.Context, ref Reference) error {
	r.fingerprint.Lock()
	defer r.fingerprint.Unlock()
	if r.fingerprint.value == "" {
		key, err := id.ReadKey(ctx, r.store)
		if errors.Is(err, inbox.ErrNotExist) {
			return ErrOtherInbox
		}
		if err != nil {
			return err
		}
		r.fingerprint.value = id.Fingerprint(key)
	}
	if r.fingerprint.value != ref.Inbox {
		return ErrOtherInbox
	}
	return nil
}

// PendingOrders returns the orders that an apply would resume or stop at, and
// counts those of other scopes, which it does not resume.
func (r *Receiver) PendingOrders(ctx context.Context, want ledger.Want) (pending []*ledger.Order, otherScopes int, err error) {
	l, err := r.orders()
	if err != nil {
		return nil, 0, err
	}
	v, err := l.Planned(ctx)
	if err != nil {
		return nil, 0, err
	}
	return ledger.Pending(v, want, r.config.Scope), ledger.OtherScopes(v, want, r.config.Scope), nil
}

// SavedDesktops returns the desktops that a saved state of this scope has
// contained.
func (r *Receiver) SavedDesktops(ctx context.Context) ([]ledger.Desktop, error) {
	l, err := r.orders()
	if err != nil {
		return nil, err
	}
	v, err := l.Planned(ctx)
	if err != nil {
		return nil, err
	}
	return ledger.SavedDesktops(v, r.config.Scope), nil
}

// Scope is the name of the Terraform state in the inbox.
func (r *Receiver) Scope() string { return r.config.Scope }

// OrderCommand returns the shell command "orders VERB REF" for an order.
func (r *Receiver) OrderCommand(verb, ref string) string {
	l, err := r.orders()
	if err != nil {
		return "terraform-provider-clouddesktop orders " + verb + " " + ref
	}
	return l.Command(verb, ref)
}
