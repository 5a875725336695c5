// Package seal encrypts callbacks before they are stored, so that a reader of the inbox
// cannot read the passwords in them.
//
// A sealed value is a line with the recipients, followed by a file in the
// format age (age-encryption.org/v1). The age format itself does not contain
// the recipients.
package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
)

// header is the beginning of a sealed value. No JSON begins with it.
const header = "clouddesktop-sealed/1"

// maxHeader is larger than a line with a hundred recipients.
const maxHeader = 16 << 10

// Recipients are the public keys that values are sealed to.
type Recipients struct {
	keys  []age.Recipient
	names []string
}

// ParseRecipients parses public keys ("age1…").
func ParseRecipients(names ...string) (*Recipients, error) {
	r := &Recipients{}
	for _, name := range names {
		name = strings.TrimSpace(name)
		key, err := parseRecipient(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(r.names, name) {
			r.keys, r.names = append(r.keys, key), append(r.names, name)
		}
	}
	if len(r.keys) == 0 {
		return nil, errors.New("no recipient is given; write a public key of age, which begins with age1")
	}
	// Some kinds of keys cannot be combined; this returns the error early.
	if _, err := r.Seal(nil); err != nil {
		return nil, fmt.Errorf("the recipients cannot be combined: %w", err)
	}
	return r, nil
}

// parseRecipient returns errors that do not quote a secret key that was given
// by mistake.
func parseRecipient(name string) (age.Recipient, error) {
	if strings.HasPrefix(strings.ToUpper(name), "AGE-SECRET-KEY-") {
		return nil, errors.New("a recipient is a secret key; write its public key, which begins with age1 (age-keygen -y prints it)")
	}
	parsed, err := age.ParseRecipients(strings.NewReader(name))
	if err != nil || len(parsed) != 1 {
		return nil, fmt.Errorf("%.80q is not a recipient; write a public key of age, which begins with age1 (age-keygen -y prints it)", name)
	}
	return parsed[0], nil
}

// With returns the recipients and another one.
func (r *Recipients) With(name string) (*Recipients, error) {
	return ParseRecipients(append([]string{name}, r.Names()...)...)
}

// Names returns the public keys. It works on nil.
func (r *Recipients) Names() []string {
	if r == nil {
		return nil
	}
	return slices.Clone(r.names)
}

// Seal encrypts a value, so that each of the recipients can open it.
func (r *Recipients) Seal(value []byte) ([]byte, error) {
	var sealed bytes.Buffer
	fmt.Fprintf(&sealed, "%s %s\n", header, strings.Join(r.names, " "))
	plain, err := age.Encrypt(&sealed, r.keys...)
	if err != nil {
		return nil, err
	}
	_, err = plain.Write(value)
	if err := errors.Join(err, plain.Close()); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// SealedTo returns the recipients of a value, and whether it is sealed at all.
func SealedTo(value []byte) ([]string, bool) {
	names, _, sealed := split(value)
	return names, sealed
}

// split returns the recipients of a sealed value and its age file.
func split(value []byte) (names []string, file []byte, sealed bool) {
	if !bytes.HasPrefix(value, []byte(header+" ")) {
		return nil, nil, false
	}
	end := bytes.IndexByte(value[:min(len(value), maxHeader)], '\n')
	if end < 0 {
		return nil, nil, true // The value is sealed but damaged.
	}
	return strings.Fields(string(value[len(header):end])), value[end+1:], true
}

// NoIdentityError is the error for a value that no configured identity can
// open.
type NoIdentityError struct {
	// Recipients are the public keys that the value is sealed to.
	Recipients []string
}

func (e *NoIdentityError) Error() string {
	return fmt.Sprintf("the callback is sealed to %s, and none of the configured age identities belongs to it; "+
		"add the identity (AGE-SECRET-KEY-1…) of that recipient as another line of age_identity and apply again: nothing is lost",
		strings.Join(e.Recipients, " and "))
}

// Open decrypts a sealed value. It returns any other value unchanged. It works
// on a nil *Identities. The error is a *NoIdentityError if an identity is
// missing.
func (i *Identities) Open(value []byte) ([]byte, error) {
	names, file, sealed := split(value)
	if !sealed {
		return value, nil
	}
	if i == nil || len(i.keys) == 0 {
		return nil, &NoIdentityError{Recipients: names}
	}
	plain, err := age.Decrypt(bytes.NewReader(file), slices.Clone(i.keys)...) // Decrypt sorts the slice.
	if _, missing := errors.AsType[*age.NoIdentityMatchError](err); missing {
		return nil, &NoIdentityError{Recipients: names}
	}
	if err != nil {
		return nil, fmt.Errorf("the sealed callback is damaged: %w", err)
	}
	opened, err := io.ReadAll(plain)
	if err != nil {
		return nil, fmt.Errorf("the sealed callback is damaged: %w", err)
	}
	return opened, nil
}
