package ledger

import (
	"slices"
	"sort"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// index assigns the keys of a listing to orders.
type index struct {
	orders []*orderKeys
	// results holds the entry of each order's callback, without a key if there is
	// none.
	results  []inbox.Entry
	evidence map[string][]string // Keys by reference.
	terms    []inbox.Entry
}

// index returns the index of a listing. An order with the same entries as in the
// last View is taken from there: they are the same keys, which are written once.
func (r *Reader) index(list inbox.Listing) *index {
	found := &index{evidence: map[string][]string{}, terms: below(list.Entries, TermPrefix+id.ScopeHash(r.Scope)+"/")}
	last := r.orders
	for rest := below(list.Entries, OrderPrefix); len(rest) > 0; {
		ref, own := firstOrder(rest)
		rest = rest[len(own):]
		for len(last) > 0 && last[0].order.Ref < ref {
			last = last[1:]
		}
		if len(last) == 0 || last[0].order.Ref != ref || !slices.Equal(last[0].entries, own) {
			found.orders = append(found.orders, newOrderKeys(ref, own))
			continue
		}
		found.orders = append(found.orders, last[0])
	}
	known := len(found.orders)
	for _, entry := range below(list.Entries, EvidencePrefix) {
		ref, _, _ := strings.Cut(entry.Key[len(EvidencePrefix):], "/")
		isRef := func(k *orderKeys) bool { return k.order.Ref == ref }
		if found.evidence[ref] == nil && !slices.ContainsFunc(found.orders[:known], isRef) {
			found.orders = append(found.orders, newOrderKeys(ref, nil))
		}
		found.evidence[ref] = append(found.evidence[ref], entry.Key)
	}
	results := below(list.Entries, ResultPrefix)
	found.results = make([]inbox.Entry, len(found.orders))
	for i, keys := range found.orders {
		if entry, ok := find(results, keys.resultKey); ok {
			found.results[i] = entry
		}
	}
	return found
}

// firstOrder returns the reference and the entries of the first order.
func firstOrder(entries []inbox.Entry) (ref string, own []inbox.Entry) {
	ref, _, hasName := strings.Cut(entries[0].Key[len(OrderPrefix):], "/")
	folder, n := entries[0].Key[:len(OrderPrefix)+len(ref)], 1
	for hasName && n < len(entries) && strings.HasPrefix(entries[n].Key, folder) && entries[n].Key[len(folder)] == '/' {
		n++
	}
	return ref, entries[:n]
}

// below returns the entries whose keys begin with prefix.
func below(entries []inbox.Entry, prefix string) []inbox.Entry {
	start, _ := slices.BinarySearchFunc(entries, prefix, compareKey)
	end := start + sort.Search(len(entries)-start, func(i int) bool { return !strings.HasPrefix(entries[start+i].Key, prefix) })
	return entries[start:end]
}

// find returns the entry of a key.
func find(entries []inbox.Entry, key string) (inbox.Entry, bool) {
	at, found := slices.BinarySearchFunc(entries, key, compareKey)
	if !found {
		return inbox.Entry{}, false
	}
	return entries[at], true
}

func compareKey(e inbox.Entry, key string) int { return strings.Compare(e.Key, key) }
