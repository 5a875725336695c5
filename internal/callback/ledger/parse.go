package ledger

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Reader builds a View from a listing.
type Reader struct {
	// Scope is the scope whose terms are read.
	Scope string
	// Value returns the value of a key of the listing, or nil if it was deleted
	// in the meantime.
	Value func(inbox.Entry) ([]byte, error)
	// Decode decodes a callback of an order.
	Decode func(o *Order, body []byte) Result
	// Opens reports whether this process can open what is sealed to a recipient.
	Opens func(recipient string) bool
	// Decoded keeps decoded values from one View to the next, by key.
	Decoded map[string]DecodedValue
}

// DecodedValue is a value of the inbox with its decoded form.
type DecodedValue struct {
	text  []byte
	value any
}

// View returns the orders, terms and results of a listing. The caller adds the
// processes, because it knows which of them are alive.
func (r *Reader) View(list inbox.Listing) (*View, error) {
	v := &View{Now: list.Now}
	orders := map[string]*orderKeys{}
	for _, entry := range list.Entries {
		var err error
		switch prefix, rest, _ := strings.Cut(entry.Key, "/"); prefix + "/" {
		case OrderPrefix:
			ref, name, _ := strings.Cut(rest, "/")
			err = r.orderKey(keysOf(orders, ref), name, entry)
		case EvidencePrefix:
			ref, _, _ := strings.Cut(rest, "/")
			keys := keysOf(orders, ref)
			keys.evidence = append(keys.evidence, entry.Key)
		case TermPrefix:
			err = r.term(v, rest, entry)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := r.results(orders, list); err != nil {
		return nil, err
	}
	for _, keys := range orders {
		v.Orders = append(v.Orders, keys.finish())
	}
	sortOrders(v.Orders)
	return v, nil
}

func (r *Reader) term(v *View, rest string, entry inbox.Entry) error {
	scope, number, _ := strings.Cut(rest, "/")
	n, ok := numbered(number, "")
	if !ok || scope != id.ScopeHash(r.Scope) {
		return nil
	}
	value, err := decodeValue[TermValue](r, entry)
	if err != nil {
		return err
	}
	v.Terms = append(v.Terms, Term{N: int(n), Process: value.Process, Terraform: value.Terraform, Taken: entry.Modified})
	return nil
}

// results adds the callbacks. It ignores a result whose order has no keys,
// because the result may belong to a call that is not an order. Sweep deletes
// it.
func (r *Reader) results(orders map[string]*orderKeys, list inbox.Listing) error {
	byHash := map[string]*orderKeys{}
	for ref, keys := range orders {
		if hash, ok := id.HashOfRef(ref); ok {
			byHash[hash] = keys
		}
	}
	for _, entry := range list.Entries {
		hash, found := strings.CutPrefix(entry.Key, ResultPrefix)
		keys := byHash[hash]
		if !found || keys == nil {
			continue
		}
		keys.order.ResultKey = entry.Key
		body, err := r.Value(entry)
		if err != nil {
			return err
		}
		if body == nil {
			keys.order.ResultKey = ""
			continue
		}
		keys.order.Result = r.Decode(&keys.order, body)
	}
	return nil
}

// decodeValue decodes the value of an entry. It returns the zero value if the key
// was deleted in the meantime.
func decodeValue[T any](r *Reader, entry inbox.Entry) (value T, err error) {
	text, err := r.Value(entry)
	if err != nil || text == nil {
		return value, err
	}
	if known := r.Decoded[entry.Key]; same(known.text, text) {
		if value, ok := known.value.(T); ok {
			return value, nil
		}
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, fmt.Errorf("the inbox's %s cannot be read: %w", entry.Key, err)
	}
	if r.Decoded != nil {
		r.Decoded[entry.Key] = DecodedValue{text, value}
	}
	return value, nil
}

// same reports whether two values are one in memory: a value that was read once is
// not read again.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func scopeOfRef(ref string) string {
	scope, _, _ := strings.Cut(ref, "-")
	return scope
}
