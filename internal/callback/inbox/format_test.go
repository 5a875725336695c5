package inbox_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

func TestFormatCheck_writesAndReadsTheLayout(t *testing.T) {
	t.Parallel()
	m := inboxtest.NewMemory()
	var c inbox.FormatCheck
	if err := errors.Join(c.Read(t.Context(), m.Get), c.Write(t.Context(), m.Create), c.Read(t.Context(), m.Get)); err != nil {
		t.Fatal(err)
	}
	value, err := m.Get(t.Context(), inbox.FormatKey)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := inbox.ParseFormat(value); f != (inbox.Format{Version: 1}) || err != nil {
		t.Errorf("the layout is %+v (%v)", f, err)
	}
	// The format is checked once; the inbox is not read again.
	if err := m.Delete(t.Context(), inbox.FormatKey); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestFormatCheck_refusesANewerLayout(t *testing.T) {
	t.Parallel()
	m := inboxtest.NewMemory()
	if _, err := m.Create(t.Context(), inbox.FormatKey, []byte(`{"version":2}`)); err != nil {
		t.Fatal(err)
	}
	var c inbox.FormatCheck
	for range 2 {
		if err := c.Read(t.Context(), m.Get); err == nil || !strings.Contains(err.Error(), "layout 2") {
			t.Errorf("Read returned %v", err)
		}
	}
}

func FuzzParseFormat(f *testing.F) {
	for _, seed := range []string{`{"version":1}`, `{"version":1,"create":"if-none-match"}`, `{"version":2}`, `{"version":-1}`, `{"version":1e99}`, `null`, `[]`, ``, `{"version":"1"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		format, err := inbox.ParseFormat(value)
		if err == nil && format.Version != inbox.FormatVersion {
			t.Errorf("%q has layout %d", value, format.Version)
		}
	})
}

func FuzzCheckKey(f *testing.F) {
	for _, seed := range []string{"a", "a/b", "", "/", "..", "a/../b", ".a", "a\\b", "A", "a//b", strings.Repeat("x", 129)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if inbox.CheckKey(key) != nil {
			return
		}
		if strings.Contains(key, "..") && strings.Contains("/"+key+"/", "/../") || strings.HasPrefix(key, "/") || strings.ContainsAny(key, "\\:\x00") {
			t.Errorf("%q is a key", key)
		}
		if err := inbox.CheckPrefix(key); err != nil {
			t.Errorf("%q is a key, but not a prefix: %v", key, err)
		}
	})
}
