package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Reader builds Views from listings. It reads only the orders that changed since
// its last View.
type Reader struct {
	// Scope is the scope whose terms are read.
	Scope string
	// Value returns the value of a key of the listing, or nil if it was deleted
	// in the meantime.
	Value func(inbox.Entry) ([]byte, error)
	// Prefetch is called with the keys whose values are about to be read. It may
	// be nil.
	Prefetch func([]inbox.Entry) error
	// Decode decodes a callback of an order.
	Decode func(o *Order, body []byte) Result
	// Opens reports whether this process can open what is sealed to a recipient.
	Opens func(recipient string) bool

	orders []*orderKeys // Of the last View.
}

// View returns the orders, terms and results of a listing, which is sorted by key.
// The caller adds the processes, because it knows which of them are alive.
func (r *Reader) View(list inbox.Listing) (*View, error) {
	found := r.index(list)
	if err := r.prefetch(found); err != nil {
		return nil, err
	}
	v := &View{Now: list.Now, Orders: make([]Order, 0, len(found.orders))}
	for _, entry := range found.terms {
		if err := r.term(v, entry); err != nil {
			return nil, err
		}
	}
	for i, keys := range found.orders {
		if err := r.readOrder(keys); err != nil {
			return nil, err
		}
		o := keys.order
		if err := r.addCallback(&o, found.evidence[o.Ref], found.results[i]); err != nil {
			return nil, err
		}
		v.Orders = append(v.Orders, o)
	}
	r.orders = found.orders
	sortOrders(v.Orders)
	return v, nil
}

func (r *Reader) prefetch(found *index) error {
	if r.Prefetch == nil {
		return nil
	}
	needed := slices.Concat(found.terms, found.results)
	for _, keys := range found.orders {
		needed = append(needed, keys.needed()...)
	}
	return r.Prefetch(needed)
}

func (r *Reader) term(v *View, entry inbox.Entry) error {
	_, number, _ := strings.Cut(entry.Key[len(TermPrefix):], "/")
	n, ok := numbered(number, "")
	if !ok {
		return nil
	}
	value, err := decodeValue[TermValue](r, entry)
	if err != nil {
		return err
	}
	v.Terms = append(v.Terms, Term{N: int(n), Process: value.Process, Terraform: value.Terraform, Taken: entry.Modified})
	return nil
}

// addCallback adds the callback of an order, if there is an entry of one, and the
// keys of its evidence.
func (r *Reader) addCallback(o *Order, evidence []string, entry inbox.Entry) error {
	if len(evidence) > 0 {
		o.OtherKeys = slices.Concat(evidence, o.OtherKeys)
	}
	if entry.Key == "" {
		return nil
	}
	body, err := r.Value(entry)
	if err != nil || body == nil {
		return err
	}
	o.ResultKey = entry.Key
	o.OtherKeys = slices.Concat([]string{entry.Key}, o.OtherKeys)
	o.Result = r.Decode(o, body)
	return nil
}

// decodeValue decodes the value of an entry. It returns the zero value if the key
// was deleted in the meantime.
func decodeValue[T any](r *Reader, entry inbox.Entry) (value T, err error) {
	text, err := r.Value(entry)
	if err != nil || text == nil {
		return value, err
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, fmt.Errorf("the inbox's %s cannot be read: %w", entry.Key, err)
	}
	return value, nil
}

func scopeOfRef(ref string) string {
	scope, _, _ := strings.Cut(ref, "-")
	return scope
}
