package drift

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

// openOrders returns the open orders of one scope, or of all scopes if scope is
// empty. It writes nothing.
func openOrders(ctx context.Context, store inbox.Store, scope string) ([]Order, error) {
	if err := exists(store); err != nil {
		return nil, err
	}
	view, err := reader(store).View(ctx)
	if err != nil {
		return nil, err
	}
	var orders []Order
	for i := range view.Orders {
		if o := &view.Orders[i]; o.Open() && inScope(o.Intent.Scope, scope) {
			orders = append(orders, orderOf(view, o))
		}
	}
	slices.SortStableFunc(orders, func(a, b Order) int { return a.Created.Compare(b.Created) })
	return orders, nil
}

// local is an inbox in a directory.
type local interface{ Path() string }

// exists returns an error for a directory that does not exist, because its
// inbox would look empty.
func exists(store inbox.Store) error {
	directory, isLocal := store.(local)
	if !isLocal {
		return nil
	}
	if _, err := os.Stat(directory.Path()); err != nil {
		return fmt.Errorf("%w; write the inbox of the callback block", pathCause(err))
	}
	return nil
}

// reader returns a ledger that is only read. It opens no sealed callbacks,
// because the check only needs to know whether one arrived.
func reader(store inbox.Store) *ledger.Ledger {
	observer := process.Observer{Store: store}
	if directory, isLocal := store.(local); isLocal {
		observer.Locks = process.NewFileLocks(directory.Path())
	}
	if self, err := process.Self(); err == nil {
		observer.Machine = self.Machine
	}
	return ledger.New(ledger.Config{
		Store:     store,
		Age:       func() time.Duration { return 0 }, // Only needed to place orders.
		Processes: observer.Processes,
		Decode:    ledger.DecodeCallback,
		Open:      openUnsealed,
		Opens:     func(string) bool { return false },
		Redact:    answer.WithoutPassword,
	})
}

func openUnsealed(value []byte) ([]byte, error) {
	if _, sealed := seal.SealedTo(value); sealed {
		return nil, ledger.ErrSealed
	}
	return value, nil
}

// inScope reports whether an order belongs to a scope. The provider adds the
// name of the workspace to the configured scope.
func inScope(stored, wanted string) bool {
	return wanted == "" || stored == wanted || strings.HasPrefix(stored, wanted+"/")
}

func orderOf(view *ledger.View, o *ledger.Order) Order {
	desktop, _ := o.Desktop()
	return Order{
		Ref: o.Ref, Scope: o.Intent.Scope, UserGroup: o.Intent.UserGroup, Username: o.Intent.Username, OS: o.Intent.OS,
		State: ledger.State(view, o), Created: o.Created.UTC().Truncate(time.Second), DesktopUUID: desktop.UUID,
	}
}
