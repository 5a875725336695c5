// Package id creates and checks the ids at the end of callback URLs. An id is a
// secret: anyone who knows it can report a result. It contains check bits (an
// HMAC), so that a receiver can reject an invented id without reading the
// inbox.
package id

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"log/slog"
	"strings"
)

// Kind is the kind of call that an id belongs to.
type Kind byte

// The kinds of ids. Each is the first letter of its ids.
const (
	Order Kind = 'o' // POST /api/desktop/apply, which the ledger records as an order.
	Task  Kind = 't' // Another call whose result is a callback, such as a resize.
	Probe Kind = 'p' // A request of the provider to its own callback URL.
)

// The parts of an id after its kind, in characters of five bits each.
const (
	scopeSize  = 8
	randomSize = 26 // As many as rand.Text returns: 130 bits.
	checkSize  = 16
	hashSize   = 16
)

var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ID is the id of one callback. Its zero value is not valid.
type ID struct {
	text string
}

// New returns a random id for a scope. Its check bits are an HMAC with the key
// of the inbox.
func New(kind Kind, scope string, key []byte) ID {
	text := string(kind) + ScopeHash(scope) + strings.ToLower(rand.Text())
	return ID{text: text + mac(key, "check", text)}
}

// Parse returns the id that text contains, and whether its check bits were made
// with key.
func Parse(text string, key []byte) (ID, bool) {
	signed := len(text) - checkSize
	if signed != 1+scopeSize+randomSize || !strings.ContainsRune("otp", rune(text[0])) {
		return ID{}, false
	}
	if !hmac.Equal([]byte(text[signed:]), []byte(mac(key, "check", text[:signed]))) {
		return ID{}, false
	}
	return ID{text: text}, true
}

// Secret returns the text of the id, as in the URL.
func (i ID) Secret() string { return i.text }

// Kind returns the kind of call that the id belongs to.
func (i ID) Kind() Kind { return Kind(i.text[0]) }

// Scope returns the hash of the scope that the id was made for.
func (i ID) Scope() string { return i.text[1 : 1+scopeSize] }

// Hash returns the name of the id in the inbox. It is not secret.
func (i ID) Hash() string { return Hash(i.text, hashSize) }

// Ref returns the reference of the order that an id of kind Order belongs to.
func (i ID) Ref() string { return i.Scope() + "-" + i.Hash() }

// String returns the reference, so that a log or an error never shows the secret.
func (i ID) String() string { return i.Ref() }

// GoString returns the same as String.
func (i ID) GoString() string { return i.Ref() }

// LogValue returns the same as String.
func (i ID) LogValue() slog.Value { return slog.StringValue(i.Ref()) }

// Proof returns the receiver's answer to a probe, an HMAC of the id. Only a
// process that has the key can compute it.
func (i ID) Proof(key []byte) string { return mac(key, "proof", i.text) }

// ScopeHash returns the name of a scope in keys and references.
func ScopeHash(scope string) string { return Hash(scope, scopeSize) }

// Hash returns the first size characters of a hash of text. All of them are
// valid in a key of the inbox.
func Hash(text string, size int) string {
	sum := sha256.Sum256([]byte(text))
	return encoding.EncodeToString(sum[:])[:size]
}

// HashOfRef returns the part of a reference that is equal to ID.Hash, and
// whether ref has the form of a reference.
func HashOfRef(ref string) (string, bool) {
	scope, hash, found := strings.Cut(ref, "-")
	ok := found && len(scope) == scopeSize && len(hash) == hashSize && valid(scope+hash)
	return hash, ok
}

func valid(text string) bool { return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == "" }

// mac returns an HMAC of purpose and text. The purpose ensures that a proof is
// never valid as check bits.
func mac(key []byte, purpose, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose + "\n" + text))
	return encoding.EncodeToString(h.Sum(nil))[:checkSize]
}
