package callback

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// register makes f's inbox known on a port which it does not listen on.
func register(t *testing.T, port string, store Store) *peers {
	t.Helper()
	p, err := openPeers(&address{port: port}, store)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), "operations/x", nil); err != nil {
		t.Fatal(err)
	}
	if err := p.register(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func paths(t *testing.T, p *peers) string {
	t.Helper()
	inboxes, err := p.inboxes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, inbox := range inboxes {
		found = append(found, inbox.(*Directory).Path())
	}
	return strings.Join(found, " ")
}

func TestPeersFindEachOtherAndForgetWhatIsGone(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	a, b := NewDirectory(filepath.Join(folder, "a")), NewDirectory(filepath.Join(folder, "b"))
	pa, pb := register(t, port, a), register(t, port, b)
	// A second process with the same inbox is not a peer.
	register(t, port, NewDirectory(filepath.Join(folder, "b", "..", "a")))
	register(t, "1", NewDirectory(filepath.Join(folder, "other port")))
	if got := paths(t, pa); got != b.Path() {
		t.Errorf("a found %s", got)
	}
	if got := paths(t, pb); got != a.Path() {
		t.Errorf("b found %s", got)
	}
	if err := os.RemoveAll(b.Path()); err != nil {
		t.Fatal(err)
	}
	if got := paths(t, pa); got != "" {
		t.Errorf("a found %s, which is gone", got)
	}
	if keys, err := pa.meeting.List(t.Context(), pa.prefix); len(keys) != 1 || err != nil {
		t.Errorf("registered are %q (%v)", keys, err)
	}
	// The run that lost its inbox goes on with a new one.
	register(t, port, b)
	if got := paths(t, pa); got != b.Path() {
		t.Errorf("a found %s", got)
	}
}

func TestForgettingSparesAnInboxThatIsMadeMeanwhile(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	b := NewDirectory(filepath.Join(t.TempDir(), "b"))
	p := register(t, port, b)
	key := p.prefix + digest(p.own)
	if err := p.forget(t.Context(), key, []byte(p.own)); err != nil {
		t.Fatal(err)
	}
	assertHolds(t, p.meeting, key, b.Path())
}

func TestRelativeInboxesAreRegisteredByTheirWholePath(t *testing.T) {
	t.Parallel()
	p, err := openPeers(&address{port: "1"}, NewDirectory("inbox"))
	if err != nil {
		t.Fatal(err)
	}
	if here, err := os.Getwd(); err != nil || p.own != filepath.Join(here, "inbox") {
		t.Errorf("%s is registered (%v)", p.own, err)
	}
}

// bucket is a Store without a path.
type bucket struct{ Store }

func TestOnlyInboxesWithAPathRegister(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	p := register(t, port, bucket{NewDirectory(filepath.Join(folder, "bucket"))})
	if keys, err := p.meeting.List(t.Context(), p.prefix); len(keys) != 0 || err != nil {
		t.Errorf("registered are %q (%v)", keys, err)
	}
	other := NewDirectory(filepath.Join(folder, "other"))
	register(t, port, other)
	if got := paths(t, p); got != other.Path() {
		t.Errorf("a run with a bucket found %s", got)
	}
}

func TestFreePortsMeetNowhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.begin(t)
	if f.peers != nil {
		t.Error("a receiver with a port of its own looks for peers")
	}
}

func TestReceiverAnswersForPeers(t *testing.T) {
	t.Parallel()
	needSharing(t)
	listen := "127.0.0.1:" + freePort(t)
	a := newFixture(t, func(cfg *Config) { cfg.Listen = listen })
	b := newFixture(t, func(cfg *Config) { cfg.Listen = listen })
	opA, opB := a.begin(t), b.begin(t)
	if err := b.Close(); err != nil { // From now on a receives everything.
		t.Fatal(err)
	}
	for range 2 {
		if status := call(t, client, http.MethodPost, opB.URL(), secretBody); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	if status := call(t, client, http.MethodPost, opB.URL()+"X", secretBody); status != http.StatusNotFound {
		t.Errorf("an id that no peer knows: status %d", status)
	}
	if body := wait(t, opB); body != secretBody {
		t.Errorf("body %s", body)
	}
	if keys := a.inbox.keys(t); len(keys) != 1 {
		t.Errorf("the result of a peer is in the wrong inbox: %q", keys)
	}
	if err := opB.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := call(t, client, http.MethodPost, opB.URL(), secretBody); status != http.StatusNotFound {
		t.Errorf("an operation that ended elsewhere: status %d", status)
	}
	if keys := b.inbox.keys(t); len(keys) != 0 {
		t.Errorf("the inbox still holds %q", keys)
	}
	assertSilent(t, a, opA, opB)
}

func TestPeerThatCannotBeReadIsNoUnknownId(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	f := newFixture(t, func(cfg *Config) { cfg.Listen = "127.0.0.1:" + port })
	op := f.begin(t)
	broken := NewDirectory(filepath.Join(folder, "broken"))
	register(t, port, broken)
	if err := os.RemoveAll(filepath.Join(broken.Path(), "operations")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken.Path(), "operations"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status := call(t, client, http.MethodPost, op.URL()+"X", `{}`); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	if status := call(t, client, http.MethodPost, op.URL(), `{}`); status != http.StatusOK {
		t.Errorf("a known id: status %d", status)
	}
}

func TestMeetingFolderBelongsToTheUserAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits")
	}
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, err := range []error{
		os.Mkdir(at("shared"), 0o700), os.Chmod(at("shared"), 0o750), //nolint:gosec // That others can read it is the case to test.
		os.Mkdir(at("own"), 0o700), os.Symlink(at("own"), at("link")),
		os.WriteFile(at("file"), nil, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	bad := []string{at("shared"), at("link"), at("file"), at("file/below")}
	if got, err := privateFolder(append(bad, at("new/folder"))); got != at("new/folder") || err != nil {
		t.Errorf("met in %q (%v)", got, err)
	}
	if got, err := privateFolder([]string{at("own"), at("other")}); got != at("own") || err != nil {
		t.Errorf("met in %q (%v)", got, err)
	}
	_, err := privateFolder(bad)
	if err == nil || !strings.Contains(err.Error(), at("shared")+" is not a directory that only this user can use") {
		t.Errorf("privateFolder: %v", err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(at("own"), 65534, 65534); err != nil {
			t.Fatal(err)
		}
		if got, err := privateFolder([]string{at("own")}); err == nil {
			t.Errorf("met in %q of another user", got)
		}
	}
}
