package seal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
)

const secret = `{"data":{"password":"hunter2"}}`

// identity returns a new secret key and its public key.
func identity(t testing.TB) (text, name string) {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return key.String(), key.Recipient().String()
}

func identities(t testing.TB, text string) *Identities {
	t.Helper()
	parsed, err := ParseIdentities(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func sealTo(t testing.TB, names ...string) []byte {
	t.Helper()
	to, err := ParseRecipients(names...)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := to.Seal([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestSeal_isOpenedByEachRecipient(t *testing.T) {
	t.Parallel()
	first, firstName := identity(t)
	second, secondName := identity(t)
	other, _ := identity(t)
	sealed := sealTo(t, firstName, secondName, firstName)
	if bytes.Contains(sealed, []byte("hunter2")) {
		t.Error("the sealed value shows the password")
	}
	if to, ok := SealedTo(sealed); !ok || !slices.Equal(to, []string{firstName, secondName}) {
		t.Errorf("it is sealed to %q, %v", to, ok)
	}
	// The new identity comes first; the old one still opens older values.
	for _, text := range []string{first, second, other + "\n" + second, "# created: today\n\n" + first + "\r\n"} {
		if opened, err := identities(t, text).Open(sealed); string(opened) != secret || err != nil {
			t.Errorf("it opens to %q (%v)", opened, err)
		}
	}
}

func TestSeal_worksWithPostQuantumKeys(t *testing.T) {
	t.Parallel()
	key, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	i := identities(t, key.String())
	sealed, err := i.Recipients().Seal([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := i.Open(sealed); string(opened) != secret || err != nil {
		t.Errorf("it opens to %q (%v)", opened, err)
	}
	_, name := identity(t)
	if _, err := i.Recipients().With(name); err == nil || !strings.Contains(err.Error(), "cannot be combined") {
		t.Errorf("keys that cannot be combined: %v", err)
	}
}

func TestOpen_valueThatIsNotSealed(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", secret, "clouddesktop-sealed", "age-encryption.org/v1\n"} {
		if opened, err := (*Identities)(nil).Open([]byte(value)); string(opened) != value || err != nil {
			t.Errorf("%q opens to %q (%v)", value, opened, err)
		}
	}
}

func TestOpen_missingIdentity(t *testing.T) {
	t.Parallel()
	_, name := identity(t)
	_, second := identity(t)
	other, _ := identity(t)
	sealed := sealTo(t, name, second)
	before := bytes.Clone(sealed)
	for label, i := range map[string]*Identities{"none": nil, "another": identities(t, other)} {
		opened, err := i.Open(sealed)
		missing, ok := errors.AsType[*NoIdentityError](err)
		if !ok || opened != nil || !slices.Equal(missing.Recipients, []string{name, second}) {
			t.Errorf("%s: %q, %v", label, opened, err)
			continue
		}
		for _, want := range []string{name + " and " + second, "age_identity", "nothing is lost"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not contain %q", label, err, want)
			}
		}
	}
	if !bytes.Equal(sealed, before) {
		t.Error("the value was changed")
	}
}

func TestOpen_damagedValues(t *testing.T) {
	t.Parallel()
	text, name := identity(t)
	i, sealed := identities(t, text), sealTo(t, name)
	headerEnd := bytes.IndexByte(sealed, '\n')
	for at := headerEnd + 1; at < len(sealed); at++ {
		damaged := bytes.Clone(sealed)
		damaged[at] ^= 1
		if opened, err := i.Open(damaged); err == nil {
			t.Errorf("a change at %d opens to %q", at, opened)
		}
		if opened, err := i.Open(sealed[:at]); err == nil {
			t.Errorf("%d bytes open to %q", at, opened)
		}
	}
	if opened, err := i.Open([]byte(header + " " + strings.Repeat("x", maxHeader))); err == nil {
		t.Errorf("an endless header opens to %q", opened)
	}
}

func TestParseRecipients_errors(t *testing.T) {
	t.Parallel()
	text, name := identity(t)
	for label, c := range map[string]struct {
		names []string
		want  string
	}{
		"none":       {nil, "no recipient is given"},
		"empty":      {[]string{""}, "is not a recipient"},
		"nonsense":   {[]string{name, "age1nonsense"}, `"age1nonsense" is not a recipient`},
		"two in one": {[]string{name + "\n" + name}, "is not a recipient"},
		"secret":     {[]string{text}, "age-keygen -y"},
		"secret (2)": {[]string{strings.ToLower(text)}, "age-keygen -y"},
	} {
		_, err := ParseRecipients(c.names...)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(strings.ToUpper(err.Error()), text) {
			t.Errorf("%s: %v, want %q", label, err, c.want)
		}
	}
	to, err := ParseRecipients(" " + name + "\n")
	if err != nil || !slices.Equal(to.Names(), []string{name}) {
		t.Errorf("%q (%v)", to.Names(), err)
	}
}

func TestParseIdentities_errors(t *testing.T) {
	t.Parallel()
	text, name := identity(t)
	for label, c := range map[string]struct{ text, want string }{
		"empty":    {"", "it contains no identity"},
		"comments": {"# one\n\n", "it contains no identity"},
		"public":   {name, "line 1 is a public key"},
		"cut":      {text + "\n" + text[:40], "line 2 is not an age identity"},
		"changed":  {strings.Replace(text, text[20:24], "QQQQ", 1), "line 1 is not an age identity"},
		"two":      {text + " " + text, "line 1 is not an age identity"},
	} {
		_, err := ParseIdentities(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), text[17:24]) {
			t.Errorf("%s: %v, want %q", label, err, c.want)
		}
	}
}

func TestIdentities_recipients(t *testing.T) {
	t.Parallel()
	first, firstName := identity(t)
	second, secondName := identity(t)
	_, other := identity(t)
	i := identities(t, first+"\n"+second)
	if i.Recipient() != firstName || !slices.Equal(i.Recipients().Names(), []string{firstName}) {
		t.Errorf("it seals to %s", i.Recipient())
	}
	var none *Identities
	for recipient, want := range map[string][2]bool{"": {true, true}, firstName: {true, false}, secondName: {true, false}, other: {false, false}} {
		if got := [2]bool{i.CanOpen(recipient), none.CanOpen(recipient)}; got != want {
			t.Errorf("CanOpen(%q): %v, want %v", recipient, got, want)
		}
	}
	if none.Recipient() != "" || none.Recipients() != nil || none.Names() != nil {
		t.Error("no identities have a recipient")
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if printed := fmt.Sprintf(format, i); strings.Contains(printed, "SECRET") || !strings.Contains(printed, secondName) {
			t.Errorf("%s prints %s", format, printed)
		}
	}
}

func FuzzOpen(f *testing.F) {
	text, name := identity(f)
	i := identities(f, text)
	sealed := sealTo(f, name)
	f.Add(sealed)
	f.Add([]byte(secret))
	f.Add([]byte(header + " \n"))
	f.Add([]byte(header + " age1x\nage-encryption.org/v1\n-> X25519 a\nb\n--- c\n"))
	f.Add(sealed[:len(sealed)-1])
	f.Fuzz(func(t *testing.T, value []byte) {
		opened, err := i.Open(value)
		_, isSealed := SealedTo(value)
		if !isSealed && (err != nil || !bytes.Equal(opened, value)) {
			t.Errorf("%q is not sealed and opens to %q (%v)", value, opened, err)
		}
		if isSealed && err == nil && string(opened) != secret {
			t.Errorf("a value that was never sealed opens to %q", opened)
		}
	})
}
