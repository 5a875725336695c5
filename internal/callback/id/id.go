// Package id makes and checks the ids at the end of callback URLs. An id is a
// secret: everyone who knows it can report a result. It carries check bits, so that
// a receiver can tell a true id from an invented one without reading the inbox.
package id

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"log/slog"
	"strings"
)

// Kind says what an id was made for.
type Kind byte

// The kinds of ids. Each is the first letter of its ids.
const (
	Order Kind = 'o' // An apply, which the ledger remembers as an order.
	Task  Kind = 't' // Another call that ends by a callback, such as a resize.
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

// New returns a random id for a scope, with check bits made from the inbox's key.
func New(kind Kind, scope string, key []byte) ID {
	text := string(kind) + ScopeHash(scope) + strings.ToLower(rand.Text())
	return ID{text: text + mac(key, "check", text)}
}

// Parse reports whether text is an id whose check bits were made from key.
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

// Secret returns the text of the id, as it stands in the URL.
func (i ID) Secret() string { return i.text }

// Kind returns what the id was made for.
func (i ID) Kind() Kind { return Kind(i.text[0]) }

// Scope returns the hash of the scope that the id was made for.
func (i ID) Scope() string { return i.text[1 : 1+scopeSize] }

// Hash returns the name of the id in the inbox. It is not secret.
func (i ID) Hash() string { return Hash(i.text, hashSize) }

// Ref returns the reference of the order that an id of kind Order was made for.
func (i ID) Ref() string { return i.Scope() + "-" + i.Hash() }

// String returns the reference, so that a log or an error never shows the secret.
func (i ID) String() string { return i.Ref() }

// GoString is String.
func (i ID) GoString() string { return i.Ref() }

// LogValue is String.
func (i ID) LogValue() slog.Value { return slog.StringValue(i.Ref()) }

// Proof returns what the receiver of a probe answers. Only those who have the
// key can make it.
func (i ID) Proof(key []byte) string { return mac(key, "proof", i.text) }

// ScopeHash returns the name of a scope in keys and references.
func ScopeHash(scope string) string { return Hash(scope, scopeSize) }

// Hash returns the first characters of a hash of text, all of them valid in a key.
func Hash(text string, size int) string {
	sum := sha256.Sum256([]byte(text))
	return encoding.EncodeToString(sum[:])[:size]
}

// HashOfRef returns the part of a reference that ID.Hash returned, and whether
// ref has the form of a reference.
func HashOfRef(ref string) (string, bool) {
	scope, hash, found := strings.Cut(ref, "-")
	ok := found && len(scope) == scopeSize && len(hash) == hashSize && valid(scope+hash)
	return hash, ok
}

func valid(text string) bool { return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == "" }

// mac separates its uses by purpose: a proof must not serve as check bits.
func mac(key []byte, purpose, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose + "\n" + text))
	return encoding.EncodeToString(h.Sum(nil))[:checkSize]
}
