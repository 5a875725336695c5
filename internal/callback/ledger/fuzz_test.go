package ledger_test

import (
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// Reading an inbox with any content returns a View or an error.
func FuzzReader_View(f *testing.F) {
	const ref = "abcdefgh-abcdefghijklmnop"
	for _, seed := range [][2]string{
		{"orders/" + ref + "/intent", `{"service":"s","user_group":"dev","os":"win10","scope":"prod","url":"u","timeout":1,"term":1,"process":"p","nonce":"n"}`},
		{"orders/" + ref + "/turn-1", `{"kind":"claimed","process":"p","nonce":"n"}`},
		{"orders/" + ref + "/turn-99999999999999999999", `{}`},
		{"orders/" + ref + "/disk-20", `{}`},
		{"orders/" + ref + "/refused", `{"message":"m"}`},
		{"orders/" + ref + "/accepted", `null`},
		{"orders/x/intent", `{`},
		{"terms/" + id.ScopeHash("prod") + "/1", `{"process":"p","host":"h","terraform":"t"}`},
		{"terms/" + id.ScopeHash("prod") + "/-1", `[]`},
		{"results/abcdefghijklmnop", `{"status":"0"}`},
		{"evidence/" + ref + "/1", `{"reason":"r"}`},
	} {
		f.Add(seed[0], []byte(seed[1]), []byte(`{"scope":"prod","recipient":"age1x"}`))
	}
	f.Fuzz(func(t *testing.T, key string, value, intent []byte) {
		m := inboxtest.NewMemory()
		if _, err := m.Create(t.Context(), key, value); err != nil {
			return // Not a key.
		}
		if _, err := m.Create(t.Context(), ledger.IntentKey(ref), intent); err != nil {
			t.Fatal(err)
		}
		listing, err := m.List(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		reader := ledger.Reader{
			Scope:  "prod",
			Value:  func(e inbox.Entry) ([]byte, error) { return m.Get(t.Context(), e.Key) },
			Decode: func(*ledger.Order, []byte) ledger.Result { return ledger.Result{} },
			Opens:  func(string) bool { return false },
		}
		if view, err := reader.View(listing); err == nil && view == nil {
			t.Error("there is neither a view nor an error")
		}
		_, _ = ledger.Ended(t.Context(), m, ref)
		_, _ = ledger.Recipient(t.Context(), m, ref)
	})
}
