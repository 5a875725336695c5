package provider

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// meeting closes when all that were added to the group close.
type meeting struct {
	*sync.WaitGroup
	err error
}

func (m meeting) Close() error {
	m.Done()
	m.Wait()
	return m.err
}

// In turn, the first would wait for the second for ever.
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
