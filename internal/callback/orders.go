package callback

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

// OrderRequest is an order, and how to place it.
type OrderRequest struct {
	ledger.Want

	// Timeout is how long the order may take.
	Timeout time.Duration
	// Post sends the order once (POST /api/desktop/apply), and returns after
	// the HTTP call has ended.
	Post func(ctx context.Context, callbackURL string) ledger.Answer
	// List returns the desktops of the user, or of all users of the group.
	List func(ctx context.Context) ([]ledger.Desktop, error)
	// Warn receives the warnings about an order that continues.
	Warn func(message string)
}

// Order resumes an open order for the same kind of desktop, or places one, and
// waits for its desktop. The error is the cause of ctx if that ends first.
func (r *Receiver) Order(ctx context.Context, req OrderRequest) (*ledger.Delivery, error) {
	l, err := r.orders()
	if err != nil {
		return nil, err
	}
	return l.Order(ctx, ledger.Request{
		Want: req.Want, Timeout: req.Timeout, List: req.List, Warn: req.Warn,
		Resume: r.listenForOther,
		Prepare: func(ctx context.Context) (ledger.Sending, error) {
			return r.prepare(ctx, req)
		},
	})
}

// prepare opens the call and runs the preflight, so that nothing can fail
// between the intent and the request.
func (r *Receiver) prepare(ctx context.Context, req OrderRequest) (ledger.Sending, error) {
	pending, err := r.Open(ctx, id.Order)
	if err != nil {
		return ledger.Sending{}, err
	}
	if err := r.preflight(ctx, req.Warn); err != nil {
		return ledger.Sending{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	sending := ledger.Sending{
		Ref: pending.Ref(), URL: r.base.String(), Machine: r.identity.Machine, Recipient: r.config.Recipient,
		Post: func(ctx context.Context) ledger.Answer { return req.Post(ctx, pending.URL()) },
	}
	if r.listener != nil {
		sending.Listen = r.listener.Addr().String()
	}
	return sending, nil
}

// orders returns the ledger. The first call determines the identity of this
// process.
func (r *Receiver) orders() (*ledger.Ledger, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledger != nil {
		return r.ledger, nil
	}
	var err error
	if r.identity, err = process.Self(); err != nil {
		return nil, err
	}
	observer := process.Observer{Store: r.store, Locks: r.locks(), Machine: r.identity.Machine}
	started := r.identity.Started
	r.ledger = ledger.New(ledger.Config{
		Store: r.store, Scope: r.config.Scope,
		Process: r.identity.ID, Terraform: r.identity.TerraformID(), Host: r.identity.Host,
		// The monotonic clock stops while the machine sleeps; Round(0) selects
		// the wall clock.
		Age:      func() time.Duration { return time.Now().Round(0).Sub(started) },
		Register: r.register, Processes: observer.Processes, Connected: r.connected,
		Decode: ledger.DecodeCallback, Redact: answer.WithoutPassword, Open: r.openOrder, Opens: r.opens, Refused: r.refusedCallbacks,
		Reorder: r.config.Reorder, Flags: r.config.CommandFlags, Logger: r.log,
	})
	return r.ledger, nil
}

// locks returns the locks of a directory. Other inboxes are shared by several
// machines and have no locks.
func (r *Receiver) locks() process.Locks {
	if local, ok := r.store.(interface{ Path() string }); ok {
		return process.NewFileLocks(local.Path())
	}
	return nil
}

// register records this process in the inbox and keeps the record current until
// Close.
func (r *Receiver) register(ctx context.Context) error {
	started, err := process.Start(ctx, process.Config{Identity: r.identity, Store: r.store, Locks: r.locks(), Logger: r.log})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.process = started
	return nil
}

func (r *Receiver) openOrder(value []byte) ([]byte, error) {
	body, err := r.open(value)
	if missing, ok := errors.AsType[*seal.NoIdentityError](err); ok {
		return nil, errors.Join(ledger.ErrSealed, missing)
	}
	return body, err
}

// opens reports whether this process can open what is sealed to a recipient.
func (r *Receiver) opens(recipient string) bool {
	return r.config.Opens != nil && r.config.Opens(recipient)
}

// refusedCallbacks lists the callbacks of an order that were not its result.
func (r *Receiver) refusedCallbacks(ref string) string {
	hash, ok := id.HashOfRef(ref)
	if !ok {
		return ""
	}
	r.mu.Lock()
	p := r.pending[hash]
	r.mu.Unlock()
	if p == nil {
		p = &Pending{receiver: r, kind: id.Order, ref: ref, hash: hash}
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastLookTimeout)
	defer cancel()
	summary := summarize(p.rejections(ctx))
	if summary == "" {
		return ""
	}
	return strings.ToUpper(summary[:1]) + summary[1:] + "."
}

// OrderEnded reports whether an order has ended, so that it accepts no result.
// It is a value for Config.Ended.
func OrderEnded(ctx context.Context, store inbox.Store, made id.ID) (bool, error) {
	if made.Kind() != id.Order {
		return false, nil
	}
	return ledger.Ended(ctx, store, made.Ref())
}

// InboxMayBeLost reports whether the inbox may not exist at the next apply.
func (r *Receiver) InboxMayBeLost() bool { return r.config.InboxMayBeLost }
