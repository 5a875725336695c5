package provider

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// meeting is an io.Closer whose Close returns when all closers of the group are
// being closed.
type meeting struct {
	*sync.WaitGroup
	err error
}

func (m meeting) Close() error {
	m.Done()
	m.Wait()
	return m.err
}

// If they were closed one after the other, the first would wait for the second
// without end.
func TestCloseAll_closesAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var group sync.WaitGroup
		group.Add(2)
		failure := errors.New("one fails")
		if err := closeAll([]meeting{{&group, nil}, {&group, failure}}); !errors.Is(err, failure) {
			t.Errorf("got %v", err)
		}
	})
}
