package directory

import (
	"io/fs"
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
		// A later process removes the files that cannot be removed here.
		_ = s.disk.walk(s.path, func(path string, info fs.FileInfo) error {
			if strings.HasPrefix(filepath.Base(path), temporaryPrefix) && time.Since(info.ModTime()) > leftoverAge {
				_ = s.disk.remove(path)
			}
			return nil
		})
	})
}
