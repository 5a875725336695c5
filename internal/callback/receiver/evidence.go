package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// maxEvidence limits the evidence of one call: otherwise, anyone who knows its
// URL could fill the inbox.
const maxEvidence = 20

// EvidencePrefix is the prefix of the keys of the evidence of a reference.
func EvidencePrefix(ref string) string { return "evidence/" + ref + "/" }

// Evidence is a callback that is not the result of its call.
type Evidence struct {
	// Reason is the reason why it is not the result. It is not secret.
	Reason string `json:"reason"`
	// Body is the callback, which may be sealed.
	Body []byte `json:"body,omitempty"`
}

// Repeated is the reason of a callback that arrived when the call already had a
// result. If that result is rejected, this callback may be the result.
const Repeated = "another callback came before it"

// errTooMuchEvidence is returned for a callback that is not final if its call
// already has maxEvidence of them.
var errTooMuchEvidence = fmt.Errorf("the inbox holds %d callbacks of this call that are not final, and keeps no more", maxEvidence)

// EvidenceKey is the key of the n-th evidence of a reference, counted from 1.
func EvidenceKey(ref string, n int) string {
	return EvidencePrefix(ref) + strconv.Itoa(n)
}

// Store stores the evidence under the next free key of a reference.
func (e Evidence) Store(ctx context.Context, store inbox.Store, ref string) error {
	value, err := json.Marshal(e)
	if err != nil {
		return err
	}
	for n := 1; n <= maxEvidence; n++ {
		if created, err := store.Create(ctx, EvidenceKey(ref, n), value); created || err != nil {
			return err
		}
	}
	return errTooMuchEvidence
}

// ReadEvidence returns the evidence of a reference, the oldest first.
func ReadEvidence(ctx context.Context, store inbox.Store, ref string) ([]Evidence, error) {
	listing, err := store.List(ctx, EvidencePrefix(ref))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(listing.Entries, func(a, b inbox.Entry) int { return number(a.Key) - number(b.Key) })
	var all []Evidence
	for _, entry := range listing.Entries {
		value, err := store.Get(ctx, entry.Key)
		if errors.Is(err, inbox.ErrNotExist) {
			continue // It was removed in the meantime.
		}
		var e Evidence
		if err == nil && json.Unmarshal(value, &e) != nil {
			e = Evidence{Reason: "another version of the provider wrote it", Body: value}
		}
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

// number returns the n in a key of evidence.
func number(key string) int {
	n, _ := strconv.Atoi(key[strings.LastIndexByte(key, '/')+1:])
	return n
}
