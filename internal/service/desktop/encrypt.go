package desktop

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
)

// parseRecipient parses an age recipient or an SSH public key.
func parseRecipient(key string) (age.Recipient, error) {
	if strings.HasPrefix(key, "ssh-") {
		return agessh.ParseRecipient(key)
	}
	if strings.HasPrefix(key, "AGE-SECRET-KEY-") {
		return nil, errors.New("it is a secret key; write its public key, which begins with age1")
	}
	recipients, err := age.ParseRecipients(strings.NewReader(key))
	if err != nil {
		return nil, errors.New("it does not parse")
	}
	if len(recipients) != 1 {
		return nil, errors.New("it holds several keys")
	}
	return recipients[0], nil
}

// encrypt encrypts text to a recipient.
func encrypt(text, recipient string) (string, error) {
	to, err := parseRecipient(recipient)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	plain, err := age.Encrypt(armored, to)
	if err != nil {
		return "", err
	}
	_, err = io.WriteString(plain, text)
	if err := errors.Join(err, plain.Close(), armored.Close()); err != nil {
		return "", err
	}
	return out.String(), nil
}
