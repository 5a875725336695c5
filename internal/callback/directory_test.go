package callback

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDirectoryHoldsValues(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := NewDirectory(filepath.Join(t.TempDir(), "data", "inbox"))
	if _, err := d.Get(ctx, "a/b"); !errors.Is(err, ErrNotExist) {
		t.Errorf("Get of nothing: %v", err)
	}
	if keys, err := d.List(ctx, "a/"); len(keys) != 0 || err != nil {
		t.Errorf("List of nothing: %q, %v", keys, err)
	}
	if err := d.Delete(ctx, "a/b"); err != nil {
		t.Errorf("Delete of nothing: %v", err)
	}
	if exists(filepath.Dir(d.Path())) {
		t.Error("asking made the directory")
	}
	for n, want := range []bool{true, false} {
		if stored, err := d.PutIfAbsent(ctx, "a/b", fmt.Append(nil, n)); stored != want || err != nil {
			t.Errorf("PutIfAbsent: %v, %v", stored, err)
		}
	}
	assertHolds(t, d, "a/b", "0")
	for _, value := range []string{"replaced", ""} {
		if err := d.Put(ctx, "a/b", []byte(value)); err != nil {
			t.Error(err)
		}
		assertHolds(t, d, "a/b", value)
	}
	if err := d.Delete(ctx, "a/b"); err != nil {
		t.Error(err)
	}
	if _, err := d.Get(ctx, "a/b"); !errors.Is(err, ErrNotExist) {
		t.Errorf("Get of what was deleted: %v", err)
	}
	if stored, err := d.PutIfAbsent(ctx, "a/b", nil); !stored || err != nil {
		t.Errorf("PutIfAbsent after Delete: %v, %v", stored, err)
	}
}

func assertHolds(t *testing.T, d *Directory, key, want string) {
	t.Helper()
	if value, err := d.Get(t.Context(), key); string(value) != want || err != nil {
		t.Errorf("%s holds %q (%v), want %q", key, value, err, want)
	}
}

func TestDirectoryListsByPrefix(t *testing.T) {
	t.Parallel()
	d := NewDirectory(filepath.Join(t.TempDir(), "inbox"))
	for _, key := range []string{"results/b", "results/a", "results/a2", "orders/x/1", "orders/y", "top"} {
		if err := d.Put(t.Context(), key, nil); err != nil {
			t.Fatal(err)
		}
	}
	for prefix, want := range map[string][]string{
		"":            {"orders/x/1", "orders/y", "results/a", "results/a2", "results/b", "top"},
		"results/":    {"results/a", "results/a2", "results/b"},
		"results/a":   {"results/a", "results/a2"},
		"results/a2x": nil,
		"orders/":     {"orders/x/1", "orders/y"},
		"o":           {"orders/x/1", "orders/y"},
		"none/":       nil,
	} {
		keys, err := d.List(t.Context(), prefix)
		if diff := cmp.Diff(want, keys); diff != "" || err != nil {
			t.Errorf("List(%q): %v\n%s", prefix, err, diff)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.List(ended, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("List after the end: %v", err)
	}
}

func TestDirectoryRefusesWhatIsNoKey(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d := NewDirectory(filepath.Join(folder, "inbox"))
	for _, key := range []string{
		"", "/", "/etc/passwd", "a/", "a//b", "..", "a/../b", "../outside", ".hidden", "a/.hidden",
		`a\b`, "C:a", "Upper", "a b", "a\x00b", "ü", strings.Repeat("x", maxSegment+1),
	} {
		_, putErr := d.PutIfAbsent(t.Context(), key, nil)
		_, getErr := d.Get(t.Context(), key)
		for call, err := range map[string]error{
			"PutIfAbsent": putErr, "Put": d.Put(t.Context(), key, nil), "Get": getErr, "Delete": d.Delete(t.Context(), key),
		} {
			if err == nil || !strings.Contains(err.Error(), "cannot be a key") {
				t.Errorf("%s(%q): %v", call, key, err)
			}
		}
	}
	if _, err := d.List(t.Context(), "../"); err == nil {
		t.Error("List left the directory")
	}
	if entries, err := os.ReadDir(folder); len(entries) != 0 || err != nil {
		t.Errorf("something was made: %v, %v", entries, err)
	}
}

func TestDirectoryIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits")
	}
	folder := t.TempDir()
	d := NewDirectory(filepath.Join(folder, "data", "inbox"))
	if _, err := d.PutIfAbsent(t.Context(), "results/a", nil); err != nil {
		t.Fatal(err)
	}
	if err := d.Put(t.Context(), "results/b", nil); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err := filepath.WalkDir(filepath.Join(folder, "data"), func(path string, entry fs.DirEntry, _ error) error {
		info, err := entry.Info()
		name, _ := filepath.Rel(folder, path)
		got[name] = info.Mode().String()
		return err
	})
	want := map[string]string{
		"data": "drwx------", "data/inbox": "drwx------", "data/inbox/results": "drwx------",
		"data/inbox/results/a": "-rw-------", "data/inbox/results/b": "-rw-------",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestDirectorySurvivesAProcessKilledWhileWriting(t *testing.T) {
	t.Parallel()
	d := NewDirectory(filepath.Join(t.TempDir(), "inbox"))
	if err := d.Put(t.Context(), "results/a", []byte("whole")); err != nil {
		t.Fatal(err)
	}
	// This is the file that write had not placed yet.
	if err := os.WriteFile(d.file("results/.new-123"), []byte("ha"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := d.List(t.Context(), "")
	if diff := cmp.Diff([]string{"results/a"}, keys); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if stored, err := d.PutIfAbsent(t.Context(), "results/b", []byte("whole")); !stored || err != nil {
		t.Errorf("PutIfAbsent: %v, %v", stored, err)
	}
}

func TestDirectoryLeavesNothingOfAFailedWrite(t *testing.T) {
	t.Parallel()
	d := NewDirectory(filepath.Join(t.TempDir(), "inbox"))
	failure := errors.New("no hard links here")
	var named string
	err := d.write("results/a", []byte("secret"), func(from, _ string) error {
		named = from
		if value, err := os.ReadFile(from); string(value) != "secret" || err != nil {
			t.Errorf("placed before it was written: %q, %v", value, err)
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("write: %v", err)
	}
	if named == "" || exists(named) {
		t.Errorf("%q is left behind", named)
	}
	// A file where a folder has to be.
	if err := os.WriteFile(filepath.Join(d.Path(), "orders"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if stored, err := d.PutIfAbsent(t.Context(), "orders/a", nil); stored || err == nil {
		t.Errorf("PutIfAbsent below a file: %v, %v", stored, err)
	}
}

func TestDirectoryShowsWholeValuesAndLetsOneWin(t *testing.T) {
	t.Parallel()
	d := NewDirectory(filepath.Join(t.TempDir(), "inbox"))
	const writers, size = 8, 1 << 20
	stop := make(chan struct{})
	var readers, all sync.WaitGroup
	for _, key := range []string{"results/first", "results/last"} {
		readers.Go(func() {
			for seen := 0; ; {
				value, err := d.Get(t.Context(), key)
				switch {
				case err == nil && (len(value) != size || bytes.Count(value, value[:1]) != size):
					t.Errorf("%s: half a value of %d bytes is seen", key, len(value))
				case err != nil && (!errors.Is(err, ErrNotExist) || seen > 0):
					t.Errorf("%s: %v after %d values", key, err, seen)
				case err == nil:
					seen++
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	var won atomic.Int32
	for n := range writers {
		all.Go(func() {
			value := bytes.Repeat([]byte{byte('a' + n)}, size)
			stored, err := d.PutIfAbsent(t.Context(), "results/first", value)
			if stored {
				won.Add(1)
			}
			if err = errors.Join(err, d.Put(t.Context(), "results/last", value)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	close(stop)
	readers.Wait()
	if won.Load() != 1 {
		t.Errorf("%d writers were told that they are the first", won.Load())
	}
}
