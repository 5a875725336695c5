package port

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// freePort returns a port that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // A literal address.
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// makeInbox creates an inbox and returns its path.
func makeInbox(t *testing.T, path string) string {
	t.Helper()
	store, err := directory.New(path)
	if err == nil {
		_, err = store.Create(t.Context(), "key", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return store.Path()
}

// registered returns a Port whose inbox is registered; it does not listen.
func registered(t *testing.T, folder, port, path string) *Port {
	t.Helper()
	p := New(Config{Host: "127.0.0.1", Port: port, InboxPath: path, Folder: filepath.Join(folder, "registry")})
	var err error
	if p.registry, err = openRegistry(p.config); err != nil {
		t.Fatal(err)
	}
	if err := p.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func inboxes(t *testing.T, p *Port) string {
	t.Helper()
	paths, err := p.Inboxes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(paths, " ")
}

func TestPort_inboxesOfOtherProcesses(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	a, b := makeInbox(t, filepath.Join(folder, "a")), makeInbox(t, filepath.Join(folder, "b"))
	pa, pb := registered(t, folder, port, a), registered(t, folder, port, b)
	// Another process with the same inbox is not listed.
	registered(t, folder, port, filepath.Join(folder, "b", "..", "a"))
	registered(t, folder, "1", makeInbox(t, filepath.Join(folder, "other port")))
	if got := inboxes(t, pa); got != b {
		t.Errorf("a found %s", got)
	}
	if got := inboxes(t, pb); got != a {
		t.Errorf("b found %s", got)
	}
}

func TestPort_Register_removesMissingAndOldInboxes(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	gone, old, young := makeInbox(t, filepath.Join(folder, "gone")), makeInbox(t, filepath.Join(folder, "old")), makeInbox(t, filepath.Join(folder, "young"))
	for _, path := range []string{gone, old, young} {
		p := registered(t, folder, port, path)
		before := time.Now().Add(-maxAge)
		if path == young {
			before = before.Add(time.Hour)
		}
		if err := os.Chtimes(filepath.Join(p.registry.folder, digest(path)), before, before); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	p := registered(t, folder, port, makeInbox(t, filepath.Join(folder, "new")))
	if got := inboxes(t, p); got != young {
		t.Errorf("registered are %s, want %s", got, young)
	}
	// Using it again registers it again.
	registered(t, folder, port, old)
	if got := inboxes(t, p); !strings.Contains(got, old) {
		t.Errorf("registered are %s, want %s as well", got, old)
	}
}

func TestPort_Register_again(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	path := makeInbox(t, filepath.Join(folder, "a"))
	p := registered(t, folder, port, path)
	if err := os.RemoveAll(p.registry.folder); err != nil {
		t.Fatal(err)
	}
	if err := p.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := registered(t, folder, port, makeInbox(t, filepath.Join(folder, "b")))
	if got := inboxes(t, other); got != path {
		t.Errorf("found %q", got)
	}
}

func TestRegistry_remove_inboxCreatedMeanwhile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := makeInbox(t, filepath.Join(folder, "a"))
	r := registered(t, folder, freePort(t), path).registry
	key := r.prefix + digest(path)
	if err := r.remove(t.Context(), key, []byte(path)); err != nil {
		t.Fatal(err)
	}
	if value, err := r.store.Get(t.Context(), key); string(value) != path {
		t.Errorf("registered is %q (%v)", value, err)
	}
}

func TestPort_readsEachInboxOnce(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	p := registered(t, folder, port, makeInbox(t, filepath.Join(folder, "a")))
	other := makeInbox(t, filepath.Join(folder, "b"))
	registered(t, folder, port, other)
	if got := inboxes(t, p); got != other {
		t.Fatalf("found %q", got)
	}
	// The file still exists, with another content.
	if err := os.WriteFile(filepath.Join(p.registry.folder, digest(other)), []byte("/elsewhere"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := inboxes(t, p); got != other {
		t.Errorf("found %q: it was read again", got)
	}
}

func TestPort_relativePath(t *testing.T) {
	t.Parallel()
	r, err := openRegistry(Config{Port: "1", InboxPath: "inbox", Folder: filepath.Join(t.TempDir(), "registry")})
	if err != nil {
		t.Fatal(err)
	}
	if here, err := os.Getwd(); err != nil || r.inboxPath != filepath.Join(here, "inbox") {
		t.Errorf("%s is registered (%v)", r.inboxPath, err)
	}
}

func TestPort_inboxWithoutAPathIsNotRegistered(t *testing.T) {
	t.Parallel()
	folder, port := t.TempDir(), freePort(t)
	bucket := registered(t, folder, port, "")
	other := makeInbox(t, filepath.Join(folder, "other"))
	p := registered(t, folder, port, other)
	if got := inboxes(t, p); got != "" {
		t.Errorf("found %s", got)
	}
	if got := inboxes(t, bucket); got != other {
		t.Errorf("a process with a bucket found %s", got)
	}
}

func TestPort_freePortIsNotShared(t *testing.T) {
	t.Parallel()
	p := New(Config{Host: "127.0.0.1", Port: "0", Folder: filepath.Join(t.TempDir(), "folder")})
	listener, err := p.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if p.registry != nil || errors.Join(p.Register(t.Context())) != nil || inboxes(t, p) != "" {
		t.Error("a free port is shared")
	}
	if _, err := os.Stat(p.config.Folder); err == nil {
		t.Error("a folder was created")
	}
}

func TestPort_Listen_endsWithTheContext(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // A literal address.
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(interrupted)
	_, err = New(Config{Host: "127.0.0.1", Port: port, Folder: filepath.Join(t.TempDir(), "registry")}).Listen(ctx)
	if !errors.Is(err, interrupted) {
		t.Errorf("Listen: %v", err)
	}
}

func TestPrivateFolder_onlyForTheUser(t *testing.T) {
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
		t.Errorf("found %q (%v)", got, err)
	}
	if got, err := privateFolder([]string{at("own"), at("other")}); got != at("own") || err != nil {
		t.Errorf("found %q (%v)", got, err)
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
			t.Errorf("found %q of another user", got)
		}
	}
}
