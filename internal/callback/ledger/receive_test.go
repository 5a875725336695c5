package ledger_test

import (
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

func TestEnded_readsIntentAndTurns(t *testing.T) {
	t.Parallel()
	const ref = "abcdefgh-abcdefghijklmnop"
	for name, c := range map[string]struct {
		keys map[string]string
		want bool
	}{
		"without an intent": {nil, true},
		"swept":             {map[string]string{"turn-1": `{"kind":"confirmed"}`}, true},
		"waits":             {map[string]string{"intent": `{}`, "accepted": `{}`}, false},
		"claimed":           {map[string]string{"intent": `{}`, "turn-1": `{"kind":"claimed"}`, "disk-20": `{}`}, false},
		"delivered":         {map[string]string{"intent": `{}`, "turn-1": `{"kind":"delivered"}`}, false},
		"confirmed":         {map[string]string{"intent": `{}`, "turn-1": `{"kind":"delivered"}`, "turn-2": `{"kind":"confirmed"}`}, true},
		"closed":            {map[string]string{"intent": `{}`, "turn-1": `{"kind":"closed"}`}, true},
	} {
		m := inboxtest.NewMemory()
		for key, value := range c.keys {
			if _, err := m.Create(t.Context(), "orders/"+ref+"/"+key, []byte(value)); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := ledger.Ended(t.Context(), m, ref); got != c.want || err != nil {
			t.Errorf("%s: %v (%v), want %v", name, got, err, c.want)
		}
	}
}

func TestRecipient_ofTheIntent(t *testing.T) {
	t.Parallel()
	m := inboxtest.NewMemory()
	for ref, intent := range map[string]string{"a-a": `{"recipient":"age1x"}`, "b-b": `{}`, "c-c": `{`} {
		if _, err := m.Create(t.Context(), ledger.IntentKey(ref), []byte(intent)); err != nil {
			t.Fatal(err)
		}
	}
	for ref, want := range map[string]string{"a-a": "age1x", "b-b": "", "none": ""} {
		if got, err := ledger.Recipient(t.Context(), m, ref); got != want || err != nil {
			t.Errorf("%s: %q (%v), want %q", ref, got, err, want)
		}
	}
	if _, err := ledger.Recipient(t.Context(), m, "c-c"); err == nil {
		t.Error("a damaged intent is accepted")
	}
}
