package process

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProcess_heartbeatUntilEnd(t *testing.T) {
	t.Parallel()
	me := self(t)
	synctest.Test(t, func(t *testing.T) {
		store, locks := newMemory(), &fakeLocks{map[string]bool{}}
		p, err := Start(t.Context(), Config{me, store, locks, discard})
		if err != nil {
			t.Fatal(err)
		}
		observer := Observer{Store: store, Machine: me.Machine}
		time.Sleep(time.Hour + time.Second)
		if got, want := store.count(), 1+360; got != want {
			t.Errorf("the record was written %d times in an hour, want %d", got, want)
		}
		if got := look(t, observer, me.ID); got.Status != Alive || got.Identity != me {
			t.Errorf("while it runs: %+v", got)
		}
		if err := p.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := look(t, observer, me.ID); got.Status != Ended {
			t.Errorf("after End: %+v", got)
		}
		writes := store.count()
		if err := p.Abandon(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if store.count() != writes || len(locks.held) != 0 {
			t.Errorf("after End: %d more writes, locks %v", store.count()-writes, locks.held)
		}
	})
}

func TestProcess_Abandon(t *testing.T) {
	t.Parallel()
	me := self(t)
	synctest.Test(t, func(t *testing.T) {
		store, locks := newMemory(), &fakeLocks{map[string]bool{}}
		p, err := Start(t.Context(), Config{me, store, locks, discard})
		if err != nil {
			t.Fatal(err)
		}
		if !locks.held[me.ID] {
			t.Error("it is not locked")
		}
		if err := p.Abandon(); err != nil {
			t.Fatal(err)
		}
		if got := look(t, Observer{Store: store, Locks: locks, Machine: me.Machine}, me.ID); got.Status != Dead {
			t.Errorf("by the lock: %+v", got)
		}
		remote := Observer{Store: store}
		time.Sleep(deadAfter - time.Second)
		if got := look(t, remote, me.ID); got.Status != Alive {
			t.Errorf("by the heartbeat, after 59 seconds: %+v", got)
		}
		time.Sleep(time.Second)
		if got := look(t, remote, me.ID); got.Status != Dead {
			t.Errorf("by the heartbeat, after 60 seconds: %+v", got)
		}
		if err := p.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := look(t, remote, me.ID); got.Status != Dead {
			t.Errorf("End after Abandon: %+v", got)
		}
	})
}

func TestProcess_survivesFailedHeartbeats(t *testing.T) {
	t.Parallel()
	me := self(t)
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		store := newMemory()
		p, err := Start(t.Context(), Config{me, store, nil, slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		store.setFail(errors.New("disk full"))
		time.Sleep(45 * time.Second)
		store.setFail(nil)
		time.Sleep(40 * time.Second)
		if got := look(t, Observer{Store: store}, me.ID); got.Status != Alive {
			t.Errorf("after four failed heartbeats and another: %+v", got)
		}
		if err := p.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(log.String(), "disk full"); got != 4 {
			t.Errorf("%d heartbeats were reported, want 4:\n%s", got, &log)
		}
	})
}

func TestStart_failsWithoutARecord(t *testing.T) {
	t.Parallel()
	store, locks := newMemory(), &fakeLocks{map[string]bool{}}
	store.fail = errors.New("disk full")
	_, err := Start(t.Context(), Config{self(t), store, locks, discard})
	if err == nil || !strings.Contains(err.Error(), "disk full") || len(locks.held) != 0 {
		t.Errorf("error %v, locks %v", err, locks.held)
	}
}

func TestObserver_recordThatCannotBeRead(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.values[Key("odd")] = []byte("no record")
	store.values[Key("list")] = []byte("[]")
	for _, id := range []string{"odd", "list"} {
		listing, err := store.List(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		view, err := Observer{Store: store}.Look(t.Context(), id, listing)
		if err == nil || view.Status != Unknown {
			t.Errorf("%s: %+v, %v", id, view, err)
		}
	}
	if diff := cmp.Diff(View{Status: Ended}, look(t, Observer{Store: store}, "absent")); diff != "" {
		t.Errorf("no record (-want +got):\n%s", diff)
	}
}
