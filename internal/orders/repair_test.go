package orders_test

import (
	"bytes"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/orders"
)

func TestShow_printsTheChain(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("prod/default", "dev", ledger.Turn{Kind: ledger.Claimed, Process: "p1"}, ledger.Turn{Kind: ledger.Delivered, Process: "p1", Username: "dev_01", UUID: uuid})
	b.put(ledger.ResultKey(ref), success)
	if err := (receiver.Evidence{Reason: "its status is 1", Body: []byte(success)}).Store(t.Context(), b.store, ref); err != nil {
		t.Fatal(err)
	}
	b.want(0, []string{
		"State:         delivered", "User group:    dev", "Answer:        accepted", "Callback:      success",
		"Desktop:       " + uuid, "claimed by p1", "delivered by p1 desktop " + uuid, "Evidence 1:    its status is 1",
	}, "show", ref)
	b.want(0, []string{`"desktop_uuid": "` + uuid + `"`, `"kind": "claimed"`, `"its status is 1"`, `"callback_url": "http://127.0.0.1:8700"`}, "show", "--json", ref)
}

func TestShow_opensSealedCallbacks(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("default", "dev")
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identities, err := seal.ParseIdentities(identity.String())
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := identities.Recipients().Seal([]byte(success))
	if err != nil {
		t.Fatal(err)
	}
	b.put(ledger.ResultKey(ref), string(sealed))
	b.want(0, []string{"Callback:      sealed: ", identity.Recipient().String()}, "show", ref)
	b.env = []string{"CLOUDDESKTOP_CALLBACK_AGE_IDENTITY=" + identity.String()}
	b.want(0, []string{"Callback:      success", uuid}, "show", ref)
	b.env = []string{"CLOUDDESKTOP_CALLBACK_AGE_IDENTITY=" + identity.Recipient().String()}
	b.want(1, []string{"CLOUDDESKTOP_CALLBACK_AGE_IDENTITY cannot be used: line 1 is a public key"}, "show", ref)
}

func TestRelease_letsTheNextApplyResume(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("default", "dev", ledger.Turn{Kind: ledger.Delivered, Process: "p1", Username: "dev_01", UUID: uuid})
	b.want(1, []string{"write --yes"}, "release", ref)
	b.want(1, []string{"has led to desktop " + uuid + ", not other"}, "release", ref, "--desktop", "other", "--yes")
	b.want(0, []string{"delivered"}, "list")
	b.want(0, []string{"win10 for dev", "Order " + ref + " is released. The next apply resumes it."}, "release", ref, "--yes", "--inbox", ".terraform/clouddesktop")
	b.want(0, []string{"released"}, "list")
}

func TestRelease_recordsAGivenDesktop(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("default", "dev")
	b.want(0, nil, "release", ref, "--desktop", uuid, "--yes")
	b.want(0, []string{"released", uuid}, "list")
}

func TestClose_reportsTheDesktop(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("default", "dev")
	b.put(ledger.ResultKey(ref), success)
	b.want(0, []string{
		"The order led to desktop " + uuid + " of user dev_01, which will not be managed.",
		"terraform-provider-clouddesktop orders release " + ref,
		"Order " + ref + " is closed.",
		"import dev_01/" + uuid,
	}, "close", ref, "--yes")
	if result := b.get(ledger.ResultKey(ref)); result != "" {
		t.Error("the callback is still a result")
	}
	evidence, err := receiver.ReadEvidence(t.Context(), b.store, ref)
	if err != nil || len(evidence) != 1 || !strings.Contains(string(evidence[0].Body), uuid) || strings.Contains(string(evidence[0].Body), password) {
		t.Errorf("%d pieces of evidence (%v)", len(evidence), err)
	}
	b.want(0, []string{"No order is open."}, "list")
	b.want(1, []string{"order " + ref + " is closed already"}, "close", ref, "--yes")
	b.want(1, []string{"order " + ref + " is closed already"}, "release", ref, "--yes")
}

func TestClose_refusesAConfirmedOrder(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("default", "dev", ledger.Turn{Kind: ledger.Confirmed, Username: "dev_01", UUID: uuid})
	b.want(1, []string{"order " + ref + " is confirmed: its desktop is in a saved state"}, "close", ref, "--yes")
}

func TestClose_warnsAboutARunningHolder(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("default", "dev")
	me, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	me.ID = "gone"
	p, err := process.Start(t.Context(), process.Config{Identity: me, Store: b.store, Locks: process.NewFileLocks(b.dir + "/.terraform/clouddesktop")})
	if err != nil {
		t.Fatal(err)
	}
	b.want(0, []string{"waiting"}, "list")
	b.want(0, []string{"Warning: process", "still runs"}, "close", ref, "--yes")
	if err := p.Abandon(); err != nil {
		t.Fatal(err)
	}
}

func TestRepair_asks(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct {
		code int
		text string
	}{
		"yes\n": {0, "is released"},
		"y\n":   {1, "cancelled; nothing was changed"},
		"":      {1, "without an answer; write --yes"},
	} {
		b := newBox(t)
		ref := b.order("default", "dev")
		var printed bytes.Buffer
		command := orders.Command{
			Stdin: strings.NewReader(answer), Stdout: &printed, Stderr: &printed, Terminal: true,
			Getenv:    func(string) string { return "" },
			OpenInbox: func(path string) (inbox.Store, error) { return directory.New(path) },
		}
		code := command.Run(t.Context(), []string{"release", ref, "--inbox", b.dir + "/.terraform/clouddesktop"})
		if code != want.code || !strings.Contains(printed.String(), want.text) || !strings.Contains(printed.String(), `Only "yes" is accepted`) {
			t.Errorf("%q: exit code %d\n%s", answer, code, &printed)
		}
	}
}
