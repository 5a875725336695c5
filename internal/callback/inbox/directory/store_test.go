package directory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

func TestStore_passesTheSuite(t *testing.T) {
	t.Parallel()
	inboxtest.Run(t, func(t *testing.T) inboxtest.Inbox {
		t.Helper()
		path := filepath.Join(t.TempDir(), "data", "inbox")
		return inboxtest.Inbox{
			Open: func() inbox.Store { return open(t, path) },
			LoseAnswer: func() inbox.Store {
				// The format is written before any answer is lost.
				if err := open(t, path).Replace(t.Context(), "processes/first", nil); err != nil {
					t.Fatal(err)
				}
				return openOn(t, path, losesAnswer(path))
			},
		}
	})
}

// losesAnswer returns a disk that fails the sync after the first change of a key.
func losesAnswer(root string) disk {
	changed, lost := false, false
	return &recorder{
		root: root,
		after: func(call string) error {
			changed = changed || strings.HasPrefix(call, "link") || strings.HasPrefix(call, "rename") || strings.HasPrefix(call, "remove /")
			return nil
		},
		before: func(call string) error {
			if strings.HasPrefix(call, "sync folder") && changed && !lost {
				lost = true
				return errors.New("input/output error")
			}
			return nil
		},
	}
}

func TestNew_invalidPaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":        "is empty",
		"~":       `write pathexpand("~")`,
		"~/x":     `write pathexpand("~/x")`,
		`~\inbox`: "begins with ~",
	} {
		if _, err := New(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%q) returned %v, want %q", path, err, want)
		}
	}
	if s := open(t, "~backup/inbox"); !filepath.IsAbs(s.Path()) || filepath.Base(s.Path()) != "inbox" {
		t.Errorf("the path is %s", s.Path())
	}
}

func TestNew_createsNoFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, filepath.Join(folder, "data", "inbox"))
	_, getErr := s.Get(t.Context(), "a")
	_, listErr := s.List(t.Context(), "")
	if err := errors.Join(listErr, s.Delete(t.Context(), "a", "b/c")); err != nil || !errors.Is(getErr, inbox.ErrNotExist) {
		t.Errorf("Get: %v, others: %v", getErr, err)
	}
	if entries, err := os.ReadDir(folder); len(entries) != 0 || err != nil {
		t.Errorf("%v (%v) was created", entries, err)
	}
}

func TestStore_isPrivate(t *testing.T) {
	t.Parallel()
	skipOnWindows(t)
	folder := t.TempDir()
	s := open(t, filepath.Join(folder, "data", "inbox"))
	_, err := s.Create(t.Context(), "results/a", nil)
	if err := errors.Join(err, s.Replace(t.Context(), "processes/b", nil)); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err = filepath.WalkDir(filepath.Join(folder, "data"), func(path string, entry fs.DirEntry, _ error) error {
		info, err := entry.Info()
		name, _ := filepath.Rel(folder, path)
		got[name] = info.Mode().String()
		return err
	})
	want := map[string]string{
		"data": "drwx------", "data/inbox": "drwx------", "data/inbox/format.json": "-rw-------", "data/inbox/results": "drwx------", "data/inbox/processes": "drwx------",
		"data/inbox/results/a": "-rw-------", "data/inbox/processes/b": "-rw-------",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestStore_refusesFoldersThatOthersCanUse(t *testing.T) {
	t.Parallel()
	skipOnWindows(t)
	for name, c := range map[string]struct {
		mode  fs.FileMode
		owner int
		want  string
	}{
		"everybody":    {0o777, os.Geteuid(), "mode 0777, so other users could read passwords or forge callbacks; if only you have written to it, run: chmod 700 /"},
		"group":        {0o770, os.Geteuid(), "mode 0770"},
		"readable":     {0o755, os.Geteuid(), "mode 0755"},
		"another user": {0o700, 4711, "belongs to user 4711, but this process runs as user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "inbox")
			s := open(t, folder)
			if _, err := s.Create(t.Context(), "results/a", []byte("forged")); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(os.Chmod(folder, c.mode), os.Chown(folder, c.owner, -1)); err != nil {
				if os.Geteuid() != 0 {
					t.Skip("only root can change the owner of a folder")
				}
				t.Fatal(err)
			}
			_, createErr := s.Create(t.Context(), "results/b", nil)
			_, getErr := s.Get(t.Context(), "results/a")
			_, listErr := s.List(t.Context(), "")
			for call, err := range map[string]error{
				"Create": createErr, "Get": getErr, "List": listErr,
				"Delete": s.Delete(t.Context(), "results/a"), "Replace": s.Replace(t.Context(), "processes/a", nil),
			} {
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), folder) {
					t.Errorf("%s returned %v, want %q", call, err, c.want)
				}
			}
			if got := files(t, folder); !cmp.Equal(got, []string{"results/a"}) {
				t.Errorf("the folder holds %q", got)
			}
		})
	}
}

func TestStore_refusesANewerLayout(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	if err := errors.Join(os.Mkdir(path, 0o700), os.WriteFile(filepath.Join(path, inbox.FormatKey), []byte(`{"version":2}`), 0o600)); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	_, createErr := s.Create(t.Context(), "orders/a", nil)
	_, listErr := s.List(t.Context(), "")
	for call, err := range map[string]error{"Create": createErr, "List": listErr} {
		if err == nil || !strings.Contains(err.Error(), "upgrade the provider") {
			t.Errorf("%s returned %v", call, err)
		}
	}
}

func TestStore_refusesAFileAsFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, path).List(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "is not a directory") {
		t.Errorf("List returned %v", err)
	}
}

func TestStore_removesFilesOfAKilledProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	if _, err := open(t, path).Create(t.Context(), "results/a", nil); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{".new-old": 2 * leftoverAge, ".new-young": 0} {
		file := filepath.Join(path, "results", name)
		at := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(file, []byte("password"), 0o600), os.Chtimes(file, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, path)
	if _, err := s.List(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if got, want := files(t, path), []string{"results/.new-old", "results/.new-young", "results/a"}; !cmp.Equal(got, want) {
		t.Errorf("after List there are %q, want %q: reading changes nothing", got, want)
	}
	if _, err := s.Create(t.Context(), "results/b", nil); err != nil {
		t.Fatal(err)
	}
	if got, want := files(t, path), []string{"results/.new-young", "results/a", "results/b"}; !cmp.Equal(got, want) {
		t.Errorf("after Create there are %q, want %q", got, want)
	}
}

func TestStore_removesTheFolderOfADeletedOrder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	s := open(t, path)
	for _, key := range []string{"orders/a/intent", "orders/a/turn-1", "orders/b/intent"} {
		if _, err := s.Create(t.Context(), key, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Delete(t.Context(), "orders/a/intent", "orders/a/turn-1"); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(filepath.Join(path, "orders")); len(entries) != 1 || err != nil {
		t.Errorf("there are %v (%v), want b only", entries, err)
	}
}

func skipOnWindows(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits")
	}
}
