package directory

import (
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// leftoverAge is when an unfinished file must be that of a killed process: it
// lives for the time of one write.
const leftoverAge = time.Hour

// sweeper removes the unfinished files of killed processes, which may hold a
// password, before the first write of a Store.
type sweeper struct{ done sync.Once }

func (w *sweeper) once(s *Store) {
	w.done.Do(func() {
		// What cannot be removed now is removed by a later process.
		_ = s.disk.walk(s.path, func(path string, info fs.FileInfo) error {
			if strings.HasPrefix(filepath.Base(path), temporaryPrefix) && time.Since(info.ModTime()) > leftoverAge {
				_ = s.disk.remove(path)
			}
			return nil
		})
	})
}
