package ledger

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
)

// The prefixes of the keys that the ledger uses.
const (
	TermPrefix     = "terms/"
	OrderPrefix    = "orders/"
	BaselinePrefix = "baselines/"
	ResultPrefix   = "results/"
	EvidencePrefix = "evidence/"
)

// The last segments of an order's keys.
const (
	intentName   = "intent"
	acceptedName = "accepted"
	refusedName  = "refused"
	unsentName   = "unsent"
	diskName     = "disk-"
	turnName     = "turn-"
)

// IntentKey returns the key of the intent of an order.
func IntentKey(ref string) string { return orderKey(ref, intentName) }

// TurnKey returns the key of the n-th turn of an order, counted from 1.
func TurnKey(ref string, n int) string { return orderKey(ref, turnName+strconv.Itoa(n)) }

// ResultKey returns the key where the receiver stores the callback of an order.
func ResultKey(ref string) string {
	hash, _ := id.HashOfRef(ref)
	return ResultPrefix + hash
}

func orderKey(ref, name string) string { return OrderPrefix + ref + "/" + name }

func diskKey(ref string, gib int64) string {
	return orderKey(ref, diskName+strconv.FormatInt(gib, 10))
}

func termKey(scope string, n int) string {
	return fmt.Sprintf("%s%s/%d", TermPrefix, id.ScopeHash(scope), n)
}

// baselineKey contains a hash of the group's name, because the name may contain
// characters that are not allowed in a key.
func baselineKey(scope string, term int, k Kind) string {
	return fmt.Sprintf("%s%s/%d/%s", BaselinePrefix, id.ScopeHash(scope), term, id.Hash(k.Service+"\n"+k.Name(), 16))
}

// numbered returns the number n of a segment such as "turn-n".
func numbered(segment, name string) (int64, bool) {
	digits, found := strings.CutPrefix(segment, name)
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, found && err == nil && n > 0
}
