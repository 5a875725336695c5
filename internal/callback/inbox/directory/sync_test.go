package directory

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestSyncer_sharesASyncThatBeginsLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var begun []time.Time
		s := &syncer{sync: func(string) error {
			mu.Lock()
			begun = append(begun, time.Now())
			mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			return nil
		}}
		var all sync.WaitGroup
		for n := range 100 {
			all.Go(func() {
				time.Sleep(time.Duration(n) * time.Millisecond)
				called := time.Now()
				if err := s.Sync("a"); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, at := range begun {
					if !at.Before(called) && !at.Add(10*time.Millisecond).After(time.Now()) {
						return
					}
				}
				t.Errorf("no sync began after call %d", n)
			})
		}
		all.Wait()
		if len(begun) > 12 {
			t.Errorf("100 calls led to %d syncs", len(begun))
		}
		if len(s.batches)+len(s.running) != 0 {
			t.Errorf("%d folders are left", len(s.batches)+len(s.running))
		}
	})
}

func TestSyncer_reportsAFailureToAllThatShareIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		failure := errors.New("input/output error")
		failing := map[string]error{"a": failure}
		s := &syncer{sync: func(folder string) error {
			time.Sleep(time.Second)
			return failing[folder]
		}}
		var all sync.WaitGroup
		for range 10 {
			for _, folder := range []string{"a", "b"} {
				all.Go(func() {
					if err := s.Sync(folder); !errors.Is(err, failing[folder]) {
						t.Errorf("Sync(%s) returned %v", folder, err)
					}
				})
			}
		}
		all.Wait()
	})
}
