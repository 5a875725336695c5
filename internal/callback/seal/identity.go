package seal

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"filippo.io/age"
)

// Identities are the secret keys that open sealed values. Printing them shows
// only the public keys.
type Identities struct {
	keys  []age.Identity
	names []string // The public key of each identity.
}

// ParseIdentities parses secret keys ("AGE-SECRET-KEY-1…"), one per line. Empty
// lines and comments ("#"), as age-keygen writes them, are ignored. Values are
// sealed to the first one; the others open what was sealed before it was added.
func ParseIdentities(text string) (*Identities, error) {
	i := &Identities{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, name, err := parseIdentity(line)
		if err != nil {
			return nil, fmt.Errorf("line %d %w", number, err)
		}
		i.keys, i.names = append(i.keys, key), append(i.names, name)
	}
	if len(i.keys) == 0 {
		return nil, errors.New("it contains no identity; write a line that begins with AGE-SECRET-KEY-1 (age-keygen makes one)")
	}
	return i, nil
}

// parseIdentity returns errors that do not quote the line, because it may be a
// secret with a typing error.
func parseIdentity(line string) (age.Identity, string, error) {
	if strings.HasPrefix(line, "age1") {
		return nil, "", errors.New("is a public key; write the secret key, which begins with AGE-SECRET-KEY-1")
	}
	parsed, err := age.ParseIdentities(strings.NewReader(line))
	if err == nil && len(parsed) == 1 {
		switch key := parsed[0].(type) {
		case *age.X25519Identity:
			return key, key.Recipient().String(), nil
		case *age.HybridIdentity:
			return key, key.Recipient().String(), nil
		}
	}
	return nil, "", errors.New("is not an age identity; it must begin with AGE-SECRET-KEY-1 and be complete")
}

// Recipients returns the public key that values are sealed to: that of the first
// identity. It works on nil.
func (i *Identities) Recipients() *Recipients {
	if i == nil {
		return nil
	}
	switch key := i.keys[0].(type) {
	case *age.X25519Identity:
		return &Recipients{keys: []age.Recipient{key.Recipient()}, names: i.names[:1]}
	case *age.HybridIdentity:
		return &Recipients{keys: []age.Recipient{key.Recipient()}, names: i.names[:1]}
	}
	return nil // ParseIdentities accepts no other kind.
}

// Recipient returns the public key that values are sealed to, or "" on nil.
func (i *Identities) Recipient() string {
	if i == nil {
		return ""
	}
	return i.names[0]
}

// Names returns the public keys of all identities. It works on nil.
func (i *Identities) Names() []string {
	if i == nil {
		return nil
	}
	return slices.Clone(i.names)
}

// CanOpen reports whether one of the identities belongs to the recipient. It
// returns true for the empty recipient, because such values are not sealed. It
// works on nil.
func (i *Identities) CanOpen(recipient string) bool {
	return recipient == "" || i != nil && slices.Contains(i.names, recipient)
}

// String returns the public keys.
func (i *Identities) String() string { return "identities of " + strings.Join(i.Names(), ", ") }

// GoString returns the same as String.
func (i *Identities) GoString() string { return i.String() }

// LogValue returns the same as String.
func (i *Identities) LogValue() slog.Value { return slog.StringValue(i.String()) }
