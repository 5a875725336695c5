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

// IntentKey is where the intent of an order is.
func IntentKey(ref string) string { return orderKey(ref, intentName) }

// TurnKey is where the n-th turn of an order is, counted from 1.
func TurnKey(ref string, n int) string { return orderKey(ref, turnName+strconv.Itoa(n)) }

// ResultKey is where the callback of an order is, as its receiver names it.
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

// baselineKey hashes the group's name, which may hold characters that no key has.
func baselineKey(scope string, term int, k Kind) string {
	return fmt.Sprintf("%s%s/%d/%s", BaselinePrefix, id.ScopeHash(scope), term, id.Hash(k.Service+"\n"+k.Name(), 16))
}

// numbered returns n of a segment like "turn-n".
func numbered(segment, name string) (int64, bool) {
	digits, found := strings.CutPrefix(segment, name)
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, found && err == nil && n > 0
}
