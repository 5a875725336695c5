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
	var value TermValue
	if err := r.decode(entry, &value); err != nil {
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

// decode decodes the value of an entry. It leaves value unchanged if the key
// was deleted in the meantime.
func (r *Reader) decode(entry inbox.Entry, value any) error {
	text, err := r.Value(entry)
	if err != nil || text == nil {
		return err
	}
	if err := json.Unmarshal(text, value); err != nil {
		return fmt.Errorf("the inbox's %s cannot be read: %w", entry.Key, err)
	}
	return nil
}

func scopeOfRef(ref string) string {
	scope, _, _ := strings.Cut(ref, "-")
	return scope
}
