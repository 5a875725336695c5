package drift_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
)

// inboxOf is a read-only inbox. All its values have the same time.
type inboxOf struct {
	inbox.Store
	t      *testing.T
	broken error
	path   string
}

// localInbox is an inbox in a directory.
type localInbox struct{ *inboxOf }

// Path returns the directory.
func (i localInbox) Path() string { return i.path }

func (i *inboxOf) open() inbox.Store {
	if i.path != "" {
		return localInbox{i}
	}
	return i
}

func newInbox(t *testing.T) *inboxOf { return &inboxOf{Store: inboxtest.NewMemory(), t: t} }

func (i *inboxOf) Create(context.Context, string, []byte) (bool, error) {
	i.t.Error("the check creates a key")
	return false, errors.ErrUnsupported
}

func (i *inboxOf) Replace(context.Context, string, []byte) error {
	i.t.Error("the check replaces a key")
	return errors.ErrUnsupported
}

func (i *inboxOf) Delete(context.Context, ...string) error {
	i.t.Error("the check deletes a key")
	return errors.ErrUnsupported
}

func (i *inboxOf) Get(ctx context.Context, key string) ([]byte, error) {
	if i.broken != nil {
		return nil, i.broken
	}
	return i.Store.Get(ctx, key)
}

func (i *inboxOf) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	list, err := i.Store.List(ctx, prefix)
	for n := range list.Entries {
		list.Entries[n].Modified = time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)
	}
	list.Now = time.Date(2026, 11, 24, 18, 0, 1, 0, time.UTC)
	return list, err
}

// put writes a key of the inbox.
func (i *inboxOf) put(key string, value any) {
	i.t.Helper()
	text, isText := value.(string)
	if !isText {
		encoded, err := json.Marshal(value)
		if err != nil {
			i.t.Fatal(err)
		}
		text = string(encoded)
	}
	if _, err := i.Store.Create(i.t.Context(), key, []byte(text)); err != nil {
		i.t.Fatal(err)
	}
}

// order writes the n-th order with its turns and returns its reference.
func (i *inboxOf) order(n int, scope string, kind ledger.Kind, turns ...ledger.Turn) string {
	i.t.Helper()
	return i.orderBy("p", n, scope, kind, turns...)
}

// orderBy writes an order of a process.
func (i *inboxOf) orderBy(process string, n int, scope string, kind ledger.Kind, turns ...ledger.Turn) string {
	i.t.Helper()
	ref := id.ScopeHash(scope) + "-" + strings.Repeat("a", 15) + string(rune('a'+n))
	i.put(ledger.IntentKey(ref), ledger.Intent{Kind: kind, Scope: scope, Process: process})
	for at, turn := range turns {
		i.put(ledger.TurnKey(ref, at+1), turn)
	}
	return ref
}

func devGroup() ledger.Kind { return ledger.Kind{Service: "s", UserGroup: "dev", OS: "win10"} }

// An order is a finding until it is confirmed, closed, refused or unsent.
func TestCommand_openOrders(t *testing.T) {
	t.Parallel()
	const initialPassword = "s3cret-of-the-callback"
	f := newFiles(t)
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	f.run(plan).check(t, 0, "Open orders: not checked", "write --inbox")
	f.run(plan, "--inbox", "dir").check(t, 0, "Open orders: no findings")

	delivered := ledger.Turn{Kind: ledger.Delivered, Username: "dev_01", UUID: "uuid-1"}
	f.inbox.order(1, "prod/default", devGroup(), delivered, ledger.Turn{Kind: ledger.Confirmed})
	f.inbox.order(2, "prod/default", devGroup(), ledger.Turn{Kind: ledger.Closed})
	f.inbox.put("orders/"+f.inbox.order(3, "prod/default", devGroup())+"/unsent", "{}")
	f.inbox.put("orders/"+f.inbox.order(4, "prod/default", devGroup())+"/refused", "{}")
	f.run(plan, "--inbox", "dir").check(t, 0, "Open orders: no findings")

	interrupted := f.inbox.order(5, "prod/default", ledger.Kind{Username: "ada", OS: "macos"})
	released := f.inbox.order(6, "prod/default", devGroup(), ledger.Turn{Kind: ledger.Released})
	called := f.inbox.order(7, "prod/default", devGroup())
	f.inbox.put(ledger.ResultKey(called), `{"status":"0","message":"","data":{"username":"dev_02","desktop_uuid":"uuid-2","password":"`+initialPassword+`"}}`)
	refused := f.inbox.order(8, "prod/default", devGroup()) // Refused, with a success callback.
	f.inbox.put("orders/"+refused+"/refused", "{}")
	f.inbox.put(ledger.ResultKey(refused), `{"status":"0","data":{"username":"dev_03","desktop_uuid":"uuid-3"}}`)
	sealed := f.inbox.order(9, "prod/default", devGroup())
	f.inbox.put(ledger.ResultKey(sealed), "clouddesktop-sealed/1 age1x\nx")
	handed := f.inbox.order(10, "test/default", devGroup(), delivered)

	// The process q has just written a heartbeat. p has no record, so it has
	// ended.
	f.inbox.put("processes/q", process.Identity{ID: "q"})
	waiting := f.inbox.orderBy("q", 11, "prod/default", devGroup())

	got := f.run(plan, "--inbox", "dir")
	got.check(t, 2, "Open orders: 7 findings",
		"order "+interrupted+": interrupted, macos for user ada, scope prod/default, ordered 2026-11-24T18:00:00Z\n",
		"order "+released+": released, win10 for group dev",
		"order "+called+": result stored, win10 for group dev, scope prod/default, ordered 2026-11-24T18:00:00Z, desktop uuid-2\n",
		"order "+refused+": result stored", "desktop uuid-3",
		"order "+sealed+": result stored",
		"order "+waiting+": waiting, win10",
		"order "+handed+": delivered", "desktop uuid-1",
	)
	for _, format := range formats {
		got := f.run(plan, "--inbox", "dir", "--format", format)
		got.check(t, 2)
		got.lacks(t, initialPassword)
	}
	f.run(plan, "--inbox", "dir", "--scope", "test").check(t, 2, "Open orders: 1 finding\n", handed)
	f.run(plan, "--inbox", "dir", "--scope", "tes").check(t, 0, "Open orders: no findings")
}

func TestCommand_badInbox(t *testing.T) {
	t.Parallel()
	const rest = "Changed or removed: no findings, 1 resource compared"
	f := newFiles(t)
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	f.address = errors.New("write the path of a directory")
	f.run(plan, "--inbox", "gs://bucket").check(t, 1, "The inbox gs://bucket cannot be read: write the path of a directory.", "Open orders: not checked", rest)
	f.address = nil
	f.inbox.order(1, "prod", devGroup())
	f.inbox.broken = errors.New("access denied")
	f.run(plan, "--inbox", "s3://bucket").check(t, 1, "The inbox s3://bucket cannot be read: access denied.", "Open orders: not checked", rest)
	f.inbox.broken = nil
	f.inbox.put("orders/aaaaaaaa-aaaaaaaaaaaaaaac/intent", "{half")
	f.run(plan, "--inbox", "s3://bucket").check(t, 1, "orders/aaaaaaaa-aaaaaaaaaaaaaaac/intent cannot be read", "Open orders: not checked", rest)
}

// A directory that does not exist is not an empty inbox.
func TestCommand_missingInbox(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	store, err := directory.New(filepath.Join(f.dir, "inbox"))
	if err != nil {
		t.Fatal(err)
	}
	f.inbox.Store = store
	f.inbox.path = store.Path()
	f.run(plan, "--inbox", "inbox").check(t, 1, "The inbox inbox cannot be read: no such file or directory; write the inbox of the callback block.")
	if err := os.Mkdir(store.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	f.run(plan, "--inbox", "inbox").check(t, 0, "Open orders: no findings")
}
