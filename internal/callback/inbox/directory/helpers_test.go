package directory

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// open returns a Store at path.
func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openOn returns a Store at path that uses the disk on.
func openOn(t *testing.T, path string, on disk) *Store {
	t.Helper()
	s := open(t, path)
	s.disk = on
	return s
}

// recorder records the calls that change the file system. before, if set, runs
// before each call and can return an error instead; after runs after it.
type recorder struct {
	system
	root          string
	before, after func(call string) error

	mu    sync.Mutex
	calls []string
}

func (r *recorder) do(call string, run func() error) error {
	call = strings.ReplaceAll(call, r.root, "")
	r.mu.Lock()
	r.calls = append(r.calls, call)
	r.mu.Unlock()
	if r.before != nil {
		if err := r.before(call); err != nil {
			return err
		}
	}
	err := run()
	if err == nil && r.after != nil {
		err = r.after(call)
	}
	return err
}

func (r *recorder) create(folder string) (file, error) {
	var made file
	err := r.do("create "+folder, func() (err error) {
		made, err = r.system.create(folder)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &recordedFile{made, r}, nil
}

func (r *recorder) link(from, to string) error {
	return r.do("link "+r.name(from)+" to "+to, func() error { return r.system.link(from, to) })
}

func (r *recorder) rename(from, to string) error {
	return r.do("rename "+r.name(from)+" to "+to, func() error { return r.system.rename(from, to) })
}

func (r *recorder) remove(path string) error {
	return r.do("remove "+r.name(path), func() error { return r.system.remove(path) })
}

func (r *recorder) mkdir(path string) error {
	return r.do("mkdir "+path, func() error { return r.system.mkdir(path) })
}

func (r *recorder) syncFolder(path string) error {
	return r.do("sync folder "+path, func() error { return r.system.syncFolder(path) })
}

// name removes the random part of a temporary name.
func (r *recorder) name(path string) string {
	if strings.HasPrefix(filepath.Base(path), temporaryPrefix) {
		return "temporary"
	}
	return path
}

type recordedFile struct {
	file
	r *recorder
}

func (f *recordedFile) Write(p []byte) (n int, err error) {
	err = f.r.do("write "+string(p), func() error {
		n, err = f.file.Write(p)
		return err
	})
	return n, err
}

func (f *recordedFile) Sync() error { return f.r.do("sync file", f.file.Sync) }

// files returns the names of all files below path, except the format.
func files(t *testing.T, path string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(path, file)
		if err == nil && !entry.IsDir() && name != inbox.FormatKey {
			found = append(found, filepath.ToSlash(name))
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
