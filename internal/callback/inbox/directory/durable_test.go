package directory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Killing a process cannot show a missing sync, because the system keeps what
// the process wrote. So the test compares the calls.
func TestStore_syncsBeforeItAnswers(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	r := &recorder{root: filepath.Join(folder, "inbox")}
	s := openOn(t, r.root, r)
	var got []string
	step := func(name string, err error) {
		got = append(got, append(r.calls, fmt.Sprint(name, ", ", err))...)
		r.calls = nil
	}
	create := func(key, value string) {
		won, err := s.Create(t.Context(), key, []byte(value))
		step(fmt.Sprint("Create: ", won), err)
	}
	create("orders/a/intent", "i")
	create("orders/a/turn-1", "t")
	create("orders/a/turn-1", "t")
	create("orders/a/turn-1", "other")
	step("Replace", s.Replace(t.Context(), "processes/p", []byte("p")))
	step("Delete", s.Delete(t.Context(), "orders/a/intent", "orders/a/turn-1", "none"))
	want := []string{
		"mkdir ", "sync folder " + folder,
		"create ", `write {"version":1}`, "sync file", "link temporary to /format.json", "remove temporary", "sync folder ",
		"mkdir /orders", "sync folder ",
		"mkdir /orders/a", "sync folder /orders",
		"create /orders/a", "write i", "sync file", "link temporary to /orders/a/intent", "remove temporary", "sync folder /orders/a",
		"Create: true, <nil>",
		"create /orders/a", "write t", "sync file", "link temporary to /orders/a/turn-1", "remove temporary", "sync folder /orders/a",
		"Create: true, <nil>",
		// The earlier call may have ended before its sync.
		"sync folder /orders/a",
		"Create: true, <nil>",
		"Create: false, <nil>",
		"mkdir /processes", "sync folder ",
		"create /processes", "write p", "sync file", "rename temporary to /processes/p", "remove temporary", "sync folder /processes",
		"Replace, <nil>",
		"remove /orders/a/intent", "remove /orders/a/turn-1", "remove /none", "sync folder /orders/a", "remove /orders/a",
		"Delete, <nil>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// After a crash between any two calls, the key holds the complete value or
// nothing, no other key is listed, and the next process can write.
func TestStore_survivesACrashAfterEachCall(t *testing.T) {
	t.Parallel()
	for crash := 1; ; crash++ {
		path := filepath.Join(t.TempDir(), fmt.Sprint("inbox", crash))
		if !crashAfter(t, path, crash) {
			if crash < 10 {
				t.Errorf("only %d calls were interrupted", crash-1)
			}
			return
		}
		next := open(t, path)
		listing, err := next.List(t.Context(), "")
		if err != nil {
			t.Fatalf("after call %d: %v", crash, err)
		}
		values := map[string]string{"results/a": "whole", inbox.FormatKey: `{"version":1}`}
		for _, e := range listing.Entries {
			if value, err := next.Get(t.Context(), e.Key); values[e.Key] != string(value) || len(value) == 0 || err != nil {
				t.Errorf("after call %d %s holds %q (%v)", crash, e.Key, value, err)
			}
		}
		if won, err := next.Create(t.Context(), "results/a", []byte("whole")); !won || err != nil {
			t.Errorf("after call %d the next process got %v, %v", crash, won, err)
		}
	}
}

// crashAfter stops Create after its nth call to the disk, and reports whether
// Create made that many calls.
func crashAfter(t *testing.T, path string, n int) (crashed bool) {
	t.Helper()
	calls := 0
	s := openOn(t, path, &recorder{root: path, after: func(string) error {
		if calls++; calls == n {
			panic("crash")
		}
		return nil
	}})
	defer func() { crashed = recover() != nil }()
	if won, err := s.Create(t.Context(), "results/a", []byte("whole")); !won || err != nil {
		t.Errorf("Create returned %v, %v", won, err)
	}
	return false
}

// A call that fails permanently returns the error and leaves no temporary file.
func TestStore_reportsEachFailedCall(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"mkdir", "sync folder", "create", "write", "sync file", "link", "remove temporary"} {
		path := filepath.Join(t.TempDir(), "inbox")
		s := openOn(t, path, &recorder{root: path, before: func(call string) error {
			if strings.HasPrefix(call, failing) {
				return syscall.ENOSPC
			}
			return nil
		}})
		won, err := s.Create(t.Context(), "results/a", []byte("password"))
		if won || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "unable to write to the inbox") {
			t.Errorf("%s fails: Create returned %v, %v", failing, won, err)
		}
		if left := strings.Join(files(t, path), " "); strings.Contains(left, temporaryPrefix) && failing != "remove temporary" {
			t.Errorf("%s fails: %s is left", failing, left)
		}
	}
}

// NFS repeats a request whose answer was lost. It then answers that the link
// exists, although the first request created it.
func TestStore_linkThatNFSReportsAsExisting(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	r := &recorder{root: path, after: func(call string) error {
		if strings.HasPrefix(call, "link ") {
			return &os.LinkError{Op: "link", Err: syscall.EEXIST}
		}
		return nil
	}}
	won, err := openOn(t, path, r).Create(t.Context(), "results/a", []byte("mine"))
	if !won || err != nil {
		t.Errorf("Create returned %v, %v", won, err)
	}
	if last := r.calls[len(r.calls)-1]; last != "sync folder /results" {
		t.Errorf("the last call is %q, want a sync of the folder", last)
	}
}

func TestStore_fileSystemWithoutHardLinks(t *testing.T) {
	t.Parallel()
	for _, code := range []error{syscall.EPERM, syscall.ENOTSUP} {
		path := filepath.Join(t.TempDir(), "inbox")
		s := openOn(t, path, &recorder{root: path, before: func(call string) error {
			if strings.HasPrefix(call, "link ") {
				return &os.LinkError{Op: "link", Err: code}
			}
			return nil
		}})
		if won, err := s.Create(t.Context(), "results/a", nil); won || err == nil || !strings.Contains(err.Error(), "does not support hard links") {
			t.Errorf("%v: Create returned %v, %v", code, won, err)
		}
	}
}

// During a write, another process may remove the folder of the order, because
// it is empty.
func TestStore_writesWhileItsFolderIsRemoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	removals := 0
	s := openOn(t, path, &recorder{root: path, before: func(call string) error {
		if call == "create /orders/a" && removals < 3 {
			removals++
			return os.Remove(filepath.Join(path, "orders", "a"))
		}
		return nil
	}})
	if won, err := s.Create(t.Context(), "orders/a/intent", []byte("i")); !won || err != nil || removals != 3 {
		t.Errorf("Create returned %v, %v after %d removals", won, err, removals)
	}
}

func TestStore_deletesWhileItsFolderIsRemoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	folder := filepath.Join(path, "orders", "a")
	s := openOn(t, path, &recorder{root: path, after: func(call string) error {
		if call == "remove /orders/a/intent" {
			return os.Remove(folder)
		}
		return nil
	}})
	if _, err := s.Create(t.Context(), "orders/a/intent", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "orders/a/intent"); err != nil {
		t.Errorf("Delete returned %v", err)
	}
}

var errBusy = errors.New("another process has the file open")

// busyDisk is a disk on which a file is busy for some calls.
type busyDisk struct {
	*recorder
	left int
}

func (*busyDisk) busy(err error) bool { return errors.Is(err, errBusy) }

func TestStore_waitsWhileAFileIsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "inbox")
		const key = inbox.ProcessPrefix + "p"
		if err := open(t, path).Replace(t.Context(), key, []byte("old")); err != nil {
			t.Fatal(err)
		}
		d := &busyDisk{}
		d.recorder = &recorder{root: path, before: func(call string) error {
			if (strings.HasPrefix(call, "rename") || call == "remove /"+key) && d.left > 0 {
				d.left--
				return errBusy
			}
			return nil
		}}
		s := openOn(t, path, d)
		d.left = 50
		if err := s.Replace(t.Context(), key, []byte("new")); err != nil || d.left > 0 {
			t.Errorf("Replace returned %v", err)
		}
		d.left = 50
		if err := s.Delete(t.Context(), key); err != nil || d.left > 0 {
			t.Errorf("Delete returned %v", err)
		}
		if _, err := s.Get(t.Context(), key); !errors.Is(err, inbox.ErrNotExist) {
			t.Errorf("Get returned %v", err)
		}
		d.left = 1 << 30
		if err := s.Replace(t.Context(), key, nil); !errors.Is(err, errBusy) {
			t.Errorf("Replace of a file that stays busy returned %v", err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		d.before = func(string) error { cancel(fs.ErrClosed); return errBusy }
		if err := retryBusy(ctx, d, func() error { return d.remove("") }); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("after its context a busy call returned %v", err)
		}
	})
}
