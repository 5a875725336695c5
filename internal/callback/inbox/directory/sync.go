package directory

import "sync"

// syncer syncs folders. Calls that arrive while their folder is being synced
// share the next sync, because a sync takes most of the time of a write.
type syncer struct {
	sync func(folder string) error

	mu      sync.Mutex
	batches map[string]*batch // The batch that waits for the running sync.
	running map[string]chan struct{}
}

// batch is one sync and the calls that wait for it.
type batch struct {
	done chan struct{}
	err  error
}

// Sync returns after a sync of the folder that began after the call.
func (s *syncer) Sync(folder string) error {
	s.mu.Lock()
	if waiting, ok := s.batches[folder]; ok {
		s.mu.Unlock()
		<-waiting.done
		return waiting.err
	}
	before := s.running[folder]
	mine := &batch{done: make(chan struct{})}
	if before != nil {
		s.batches = with(s.batches, folder, mine)
		s.mu.Unlock()
		<-before
		s.mu.Lock()
		delete(s.batches, folder) // Later calls are not covered.
	}
	s.running = with(s.running, folder, mine.done)
	s.mu.Unlock()
	mine.err = s.sync(folder)
	s.mu.Lock()
	if s.running[folder] == mine.done {
		delete(s.running, folder)
	}
	s.mu.Unlock()
	close(mine.done)
	return mine.err
}

// with sets a key of a map, and creates the map if it is nil.
func with[V any](m map[string]V, key string, value V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = value
	return m
}
