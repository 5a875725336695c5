package directory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// orderInbox returns the path of an inbox with two orders and a process. All
// folders were changed at the given age.
func orderInbox(t *testing.T, age time.Duration) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "inbox")
	add(t, path, "orders/a/intent", "orders/a/turn-1", "orders/b/intent")
	if err := open(t, path).Replace(t.Context(), "processes/p", nil); err != nil {
		t.Fatal(err)
	}
	setTimes(t, path, time.Now().Add(-age))
	return path
}

// add lets another process create keys.
func add(t *testing.T, path string, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if _, err := open(t, path).Create(t.Context(), key, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// setTimes sets the time of all folders.
func setTimes(t *testing.T, path string, at time.Time) {
	t.Helper()
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chtimes(name, at, at)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// list returns the entries of a complete List.
func list(t *testing.T, s *Store) []inbox.Entry {
	t.Helper()
	listing, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return listing.Entries
}

// Another process changes a folder that a Store has listed. The next List of the
// Store shows the change, whatever the times of the folders are.
func TestStore_listsChangesOfFoldersThatItHasListed(t *testing.T) {
	t.Parallel()
	const old, never = time.Minute, -1
	// The time of the test begins at a whole second.
	const tick, seconds = settleTime - time.Millisecond, coarseSettleTime
	for name, c := range map[string]struct {
		age time.Duration // Of the folders when the Store lists them.
		// after is the age that they have after the change, or never if the file
		// system changes the time.
		after  time.Duration
		change func(t *testing.T, path string)
	}{
		"added":        {old, never, func(t *testing.T, path string) { add(t, path, "orders/a/turn-2") }},
		"new order":    {old, never, func(t *testing.T, path string) { add(t, path, "orders/c/intent") }},
		"same tick":    {tick, tick, func(t *testing.T, path string) { add(t, path, "orders/a/turn-2") }},
		"same second":  {seconds, seconds, func(t *testing.T, path string) { add(t, path, "orders/a/turn-2") }},
		"future":       {-time.Hour, -time.Hour, func(t *testing.T, path string) { add(t, path, "orders/a/turn-2") }},
		"clock behind": {old, time.Hour, func(t *testing.T, path string) { add(t, path, "orders/a/turn-2") }},
		"deleted": {old, never, func(t *testing.T, path string) {
			if err := open(t, path).Delete(t.Context(), "orders/a/intent"); err != nil {
				t.Fatal(err)
			}
		}},
		"removed": {old, never, func(t *testing.T, path string) {
			if err := open(t, path).Delete(t.Context(), "orders/a/intent", "orders/a/turn-1"); err != nil {
				t.Fatal(err)
			}
		}},
		"removed and made again": {old, never, func(t *testing.T, path string) {
			if err := open(t, path).Delete(t.Context(), "orders/a/intent", "orders/a/turn-1"); err != nil {
				t.Fatal(err)
			}
			add(t, path, "orders/a/unsent")
		}},
		"replaced": {old, old, func(t *testing.T, path string) {
			if err := open(t, path).Replace(t.Context(), "processes/p", []byte("beat")); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				path := orderInbox(t, c.age)
				start := time.Now()
				s := open(t, path)
				before := list(t, s)
				c.change(t, path)
				if c.after != never {
					setTimes(t, path, start.Add(-c.after))
				}
				got, want := list(t, s), list(t, open(t, path))
				if diff := cmp.Diff(want, got); diff != "" || slices.Equal(before, got) {
					t.Errorf("before %v, after (-want +got):\n%s", before, diff)
				}
			})
		})
	}
}

// On a file system that does not report a change, a List shows it later.
func TestStore_readsARememberedFolderAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := orderInbox(t, time.Minute)
		start := time.Now()
		s := open(t, path)
		before := list(t, s)
		add(t, path, "orders/a/turn-2")
		setTimes(t, path, start.Add(-time.Minute))
		time.Sleep(rereadAfter)
		if got := list(t, s); len(got) != len(before)+1 {
			t.Errorf("List returned %v", got)
		}
	})
}

// reads counts the folders that a Store reads.
type reads struct {
	system

	n int
}

func (r *reads) openFolder(path string) (folder, error) {
	f, err := r.system.openFolder(path)
	return countedFolder{f, r}, err
}

type countedFolder struct {
	folder

	r *reads
}

func (f countedFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	f.r.n++
	return f.folder.ReadDir(n)
}

func TestStore_readsUnchangedFoldersOnce(t *testing.T) {
	t.Parallel()
	skipOnWindows(t)
	for _, age := range []time.Duration{settleTime + time.Millisecond, coarseSettleTime + time.Second} {
		synctest.Test(t, func(t *testing.T) {
			counted := &reads{}
			s := openOn(t, orderInbox(t, age), counted)
			want := list(t, s)
			if counted.n != 5 { // The inbox, orders, two orders, processes.
				t.Errorf("the first List read %d folders", counted.n)
			}
			counted.n = 0
			if got := list(t, s); counted.n != 1 || !cmp.Equal(want, got) { // Records of processes change.
				t.Errorf("the second List read %d folders and returned %v", counted.n, got)
			}
			if err := s.Delete(t.Context(), "orders/a/intent", "orders/a/turn-1"); err != nil {
				t.Fatal(err)
			}
			list(t, s)
			if len(s.memory.folders) != 4 {
				t.Errorf("%d folders are remembered", len(s.memory.folders))
			}
		})
	}
}

// A List of some keys shows only these, and does not change what a complete List
// shows.
func TestStore_listsAPrefixOfRememberedFolders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, orderInbox(t, time.Minute))
		want := list(t, s)
		for prefix, n := range map[string]int{"orders/a/": 2, "orders/a/t": 1, "orders/": 3, "ord": 3, "orders/c/": 0} {
			listing, err := s.List(t.Context(), prefix)
			if err != nil || len(listing.Entries) != n {
				t.Errorf("List of %q returned %v (%v)", prefix, listing.Entries, err)
			}
			if got := list(t, s); !cmp.Equal(want, got) {
				t.Errorf("after a List of %q a complete one returned %v", prefix, got)
			}
		}
	})
}

// A file system without permission to read is an error, not an empty folder.
func TestStore_reportsAFolderThatItCannotRead(t *testing.T) {
	t.Parallel()
	path := orderInbox(t, 0)
	s := openOn(t, path, unreadable{})
	if listing, err := s.List(t.Context(), ""); err == nil || len(listing.Entries) > 0 && s.memory.folders != nil {
		t.Errorf("List returned %v (%v)", listing.Entries, err)
	}
}

// unreadable is a disk that cannot read the folders of orders.
type unreadable struct{ system }

func (u unreadable) openFolder(path string) (folder, error) {
	if filepath.Base(filepath.Dir(path)) == "orders" {
		return nil, errors.New("input/output error")
	}
	return u.system.openFolder(path)
}

func TestStore_listsThroughASymbolicLink(t *testing.T) {
	t.Parallel()
	skipOnWindows(t)
	path := orderInbox(t, 0)
	link := path + ".link"
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if got, want := list(t, open(t, link)), list(t, open(t, path)); !cmp.Equal(want, got) {
		t.Errorf("List returned %v, want %v", got, want)
	}
}
