package directory

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// leftoverAge is the age at which an unfinished file belongs to a killed
// process: a running process removes it at the end of the write.
const leftoverAge = time.Hour

// sweeper removes the unfinished files of killed processes, which may hold a
// password, before the first write of a Store.
type sweeper struct{ done sync.Once }

func (w *sweeper) once(s *Store) {
	w.done.Do(func() {
		_ = fs.WalkDir(os.DirFS(s.path), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasPrefix(path.Base(name), temporaryPrefix) {
				return nil //nolint:nilerr // A later process removes the files that cannot be removed here.
			}
			if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > leftoverAge {
				_ = s.disk.remove(filepath.Join(s.path, name))
			}
			return nil
		})
	})
}
