package process

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

func TestObserver_Processes(t *testing.T) {
	t.Parallel()
	store := newMemory()
	me := self(t)
	save := func(id string, ended bool) {
		t.Helper()
		identity := me
		identity.ID = id
		if err := (record{identity, ended}).save(t.Context(), store); err != nil {
			t.Fatal(err)
		}
	}
	save("alive", false)
	save("ended", true)
	save("silent", false)
	store.values["orders/a/intent"] = []byte("{}")
	store.values[Key("deleted")] = nil
	list, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for i := range list.Entries {
		if list.Entries[i].Key == Key("silent") {
			list.Entries[i].Modified = list.Now.Add(-time.Hour)
		}
	}
	value := func(entry inbox.Entry) ([]byte, error) { return store.values[entry.Key], nil }
	found, err := Observer{Store: store}.Processes(t.Context(), list, value)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]ledger.ProcessState{}
	for _, p := range found {
		got[p.ID] = p.State
		if p.Terraform != me.TerraformID() || p.Host != me.Host || p.PID != me.PID {
			t.Errorf("%+v is not %+v", p, me)
		}
	}
	want := map[string]ledger.ProcessState{"alive": ledger.ProcessAlive, "ended": ledger.ProcessEnded, "silent": ledger.ProcessDied}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("processes (-want +got):\n%s", diff)
	}
	broken := func(inbox.Entry) ([]byte, error) { return nil, errors.New("unreadable") }
	if _, err := (Observer{Store: store}).Processes(t.Context(), list, broken); err == nil {
		t.Error("no error for a record that cannot be read")
	}
}
