package drift

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

const (
	// inboxTimeout bounds all reads of an inbox.
	inboxTimeout = 2 * time.Minute
	// inboxReaders is how many values are read at the same time.
	inboxReaders = 16
)

// openOrders returns the orders of an inbox that may still lead to a desktop,
// of one scope or, if scope is empty, of all. It writes nothing.
func openOrders(ctx context.Context, store inbox.Store, scope string) ([]Order, error) {
	ctx, cancel := context.WithTimeout(ctx, inboxTimeout)
	defer cancel()
	list, err := store.List(ctx, "")
	if err != nil {
		return nil, err
	}
	values, err := fetch(ctx, store, list)
	if err != nil {
		return nil, err
	}
	reader := ledger.Reader{
		Value:  func(entry inbox.Entry) ([]byte, error) { return values[entry.Key], nil },
		Decode: decodeResult,
		Opens:  func(string) bool { return false },
	}
	view, err := reader.View(list)
	if err == nil {
		view.Processes, err = observer(store).Processes(ctx, list, reader.Value)
	}
	if err != nil {
		return nil, err
	}
	var orders []Order
	for i := range view.Orders {
		if o := &view.Orders[i]; o.Open() && inScope(o.Intent.Scope, scope) {
			orders = append(orders, orderOf(view, o))
		}
	}
	slices.SortFunc(orders, func(a, b Order) int { return a.Created.Compare(b.Created) })
	return orders, nil
}

// observer tells which processes of an inbox live.
func observer(store inbox.Store) process.Observer {
	o := process.Observer{Store: store}
	if local, isDirectory := store.(interface{ Path() string }); isDirectory {
		o.Locks = process.NewFileLocks(local.Path())
	}
	if self, err := process.Self(); err == nil {
		o.Machine = self.Machine
	}
	return o
}

var read = []string{ledger.OrderPrefix, ledger.ResultPrefix, inbox.ProcessPrefix}

// fetch reads the values of orders, results and processes. One that was deleted since the
// List is left out.
func fetch(ctx context.Context, store inbox.Store, list inbox.Listing) (map[string][]byte, error) {
	found := make([][]byte, len(list.Entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inboxReaders)
	for i, entry := range list.Entries {
		if !slices.ContainsFunc(read, func(prefix string) bool { return strings.HasPrefix(entry.Key, prefix) }) {
			continue
		}
		group.Go(func() (err error) {
			found[i], err = store.Get(ctx, entry.Key)
			if errors.Is(err, inbox.ErrNotExist) {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	values := map[string][]byte{}
	for i, entry := range list.Entries {
		values[entry.Key] = found[i]
	}
	return values, nil
}

// decodeResult reads which desktop a callback names, and nothing else of it.
func decodeResult(_ *ledger.Order, body []byte) ledger.Result {
	if _, sealed := seal.SealedTo(body); sealed {
		return ledger.Result{Kind: ledger.ResultSealed}
	}
	frame, err := answer.Parse("the callback", body)
	if err != nil {
		return ledger.Result{Kind: ledger.ResultNotFinal}
	}
	switch frame.Status {
	case answer.Failure:
		return ledger.Result{Kind: ledger.ResultFailure}
	case answer.Success:
		if d, err := frame.Desktop(); err == nil {
			return ledger.Result{Kind: ledger.ResultSuccess, Username: d.Username, UUID: d.UUID}
		}
	}
	return ledger.Result{Kind: ledger.ResultNotFinal}
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
		State: ledger.State(view, o), Created: o.Created, DesktopUUID: desktop.UUID,
	}
}
