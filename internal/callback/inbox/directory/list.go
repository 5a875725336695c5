package directory

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	// settleTime is the minimum age of the last change of a folder that is
	// remembered: until then, the coarse clock of a file system may give a later
	// change the same time.
	settleTime = 3 * time.Second
	// rereadAfter is how long a folder is remembered, for file systems that do
	// not report all changes.
	rereadAfter = 30 * time.Second
)

// memory holds what the last complete List has read. An apply lists the inbox
// hundreds of times, and most folders do not change in between.
type memory struct {
	mu      sync.Mutex
	folders map[string]content // By the prefix of the keys.
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
	l := lister{disk: s.disk, root: s.path, prefix: prefix, seen: map[string]content{}}
	if prefix == "" && foldersHaveTimes {
		s.memory.mu.Lock()
		l.known = s.memory.folders
		s.memory.mu.Unlock()
	}
	err := l.list(ctx, prefix[:strings.LastIndexByte(prefix, '/')+1])
	if prefix == "" && err == nil {
		s.memory.mu.Lock()
		s.memory.folders = l.seen
		s.memory.mu.Unlock()
	}
	slices.SortFunc(l.entries, func(a, b inbox.Entry) int { return strings.Compare(a.Key, b.Key) })
	return inbox.Listing{Now: time.Now(), Entries: l.entries}, readError(err)
}

// lister is one List.
type lister struct {
	disk         disk
	root, prefix string
	known, seen  map[string]content
	entries      []inbox.Entry
}

// list adds the keys that begin with the prefix folder, which is empty or ends
// with a slash.
func (l *lister) list(ctx context.Context, folder string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	found, err := l.content(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // It was deleted in the meantime, or never created.
	}
	if err != nil {
		return err
	}
	l.seen[folder] = found
	l.entries = append(l.entries, found.files...)
	for _, below := range found.folders {
		if err := l.list(ctx, below); err != nil {
			return err
		}
	}
	return nil
}

// content returns what a folder contains.
func (l *lister) content(folder string) (content, error) {
	path := filepath.Join(l.root, filepath.FromSlash(folder))
	now := time.Now()
	info, err := l.disk.stat(path)
	if err != nil {
		return content{}, err
	}
	known := l.known[folder]
	if known.settled && known.modified.Equal(info.ModTime()) && now.Sub(known.read) < rereadAfter {
		return known, nil
	}
	// Both times are from before the folder is read: a change during the read
	// changes the time of the folder, if that is old enough.
	found := content{modified: info.ModTime(), read: now}
	found.settled = folder != inbox.ProcessPrefix && now.Sub(info.ModTime()) > settleTime
	return found, l.read(path, folder, &found)
}

// read reads the entries of a folder.
func (l *lister) read(path, folder string, found *content) error {
	entries, err := l.disk.readFolder(path)
	if err != nil {
		return err
	}
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
			info, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			found.files = append(found.files, inbox.Entry{Key: key, Modified: info.ModTime(), Size: info.Size()})
		}
	}
	return nil
}
