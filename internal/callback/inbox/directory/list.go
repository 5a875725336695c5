package directory

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	// settleTime is the minimum age of the last change of a folder that is
	// remembered. A change before that could get the same time as the last one,
	// because the clock of a file system advances in steps of some milliseconds.
	// coarseSettleTime is for file systems that store only whole seconds, or only
	// every other second.
	settleTime, coarseSettleTime = time.Second, 4 * time.Second
	// rereadAfter is how long a folder is remembered, for file systems that do
	// not report all changes.
	rereadAfter = 30 * time.Second
)

// memory holds what the last complete List has read. An apply lists the inbox
// hundreds of times, and most folders do not change in between.
type memory struct {
	mu      sync.Mutex
	folders map[string]*content // By the prefix of the keys.
}

func (m *memory) get() map[string]*content {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.folders
}

func (m *memory) set(folders map[string]*content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.folders = folders
}

// content is what a folder contains. A folder that is settled contains the same
// while its time is the same: every key below it is written once, and adding
// and removing a file changes the time of its folder.
type content struct {
	modified, read time.Time
	settled        bool
	folders        []string // Prefixes.
	files          []inbox.Entry
}

// List implements inbox.Store.
func (s *Store) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if err := errors.Join(inbox.CheckPrefix(prefix), s.readable(ctx)); err != nil {
		return inbox.Listing{}, readError(err)
	}
	l := lister{disk: s.disk, root: s.path, prefix: prefix, began: time.Now()}
	complete := prefix == "" && foldersHaveTimes
	if complete {
		l.known = s.memory.get()
	}
	l.seen = make(map[string]*content, len(l.known))
	err := l.start(ctx, prefix[:strings.LastIndexByte(prefix, '/')+1])
	if complete && err == nil {
		s.memory.set(l.seen)
	}
	slices.SortFunc(l.entries, func(a, b inbox.Entry) int { return strings.Compare(a.Key, b.Key) })
	return inbox.Listing{Now: time.Now(), Entries: l.entries}, readError(err)
}

// lister is one List.
type lister struct {
	disk         disk
	root, prefix string
	began        time.Time
	known, seen  map[string]*content
	entries      []inbox.Entry
}

func (l *lister) start(ctx context.Context, folder string) error {
	info, err := l.disk.stat(l.path(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return l.list(ctx, folder, info.ModTime())
}

func (l *lister) path(folder string) string { return filepath.Join(l.root, filepath.FromSlash(folder)) }

// list adds the keys below a folder. modified is the time of its last change, read
// after the List began. The name of a folder is empty or ends with a slash.
func (l *lister) list(ctx context.Context, folder string, modified time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	found := l.known[folder]
	known := found != nil && found.settled && found.modified.Equal(modified) && l.began.Sub(found.read) < rereadAfter
	if !known || len(found.folders) > 0 {
		opened, err := l.disk.openFolder(l.path(folder))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // It was deleted in the meantime.
		}
		if err != nil {
			return err
		}
		defer func() { _ = opened.Close() }()
		if !known {
			found = &content{modified: modified, read: l.began, settled: folder != inbox.ProcessPrefix && settled(modified, l.began)}
			if err := l.read(opened, folder, found); err != nil {
				return err
			}
		}
		if err := l.listBelow(ctx, opened, found.folders); err != nil {
			return err
		}
	}
	l.seen[folder] = found
	l.entries = append(l.entries, found.files...)
	return nil
}

func (l *lister) listBelow(ctx context.Context, opened folder, folders []string) error {
	for _, below := range folders {
		status, err := opened.stat(path.Base(below))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = l.list(ctx, below, status.modified)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settled reports whether every change of a folder after now gets another time
// than modified.
func settled(modified, now time.Time) bool {
	age := now.Sub(modified)
	return age > coarseSettleTime || age > settleTime && modified.Nanosecond() != 0
}

// read reads the entries of a folder.
func (l *lister) read(opened folder, folder string, found *content) error {
	entries, err := opened.ReadDir(-1)
	if err != nil {
		return err
	}
	// Sorting all keys at the end takes less time if most are in order.
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, entry := range entries {
		key := folder + entry.Name()
		switch {
		case inbox.CheckKey(key) != nil:
			// It is an unfinished file of a process that was killed, or a lock.
		case entry.IsDir():
			if below := key + "/"; strings.HasPrefix(below, l.prefix) {
				found.folders = append(found.folders, below)
			}
		case strings.HasPrefix(key, l.prefix):
			status, err := opened.stat(entry.Name())
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			found.files = append(found.files, inbox.Entry{Key: key, Modified: status.modified, Size: status.size})
		}
	}
	return nil
}
