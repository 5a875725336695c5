package process

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestObserver_killedProvider(t *testing.T) {
	t.Parallel()
	inbox, store := t.TempDir(), newMemory()
	c := startChild(t, inbox)
	c.record(t, store)
	observer := Observer{Store: store, Locks: NewFileLocks(inbox), Machine: c.Machine}
	if got := look(t, observer, c.ID); got.Status != Alive || got.Identity != c.Identity {
		t.Fatalf("while both run: %+v", got)
	}
	kill(t, c.PID)
	waitDead(t, observer, c.ID)
}

// After the kill, Terraform is a zombie, because this test, its parent, does
// not wait for it.
func TestObserver_killedTerraform(t *testing.T) {
	t.Parallel()
	inbox, store := t.TempDir(), newMemory()
	c := startChild(t, inbox)
	c.record(t, store)
	locks := NewFileLocks(inbox)
	kill(t, c.terraform.Pid)
	observer := Observer{Store: store, Locks: locks, Machine: c.Machine}
	waitDead(t, observer, c.ID)
	if locked, err := locks.Locked(c.ID); err != nil || !locked {
		t.Errorf("the process without a Terraform still holds its lock: %v, %v", locked, err)
	}
	// A process with the same id on another machine is not evidence.
	observer.Machine = "elsewhere"
	if got := look(t, observer, c.ID); got.Status != Alive {
		t.Errorf("seen from another machine: %+v", got)
	}
	var word string
	if err := c.says.Decode(&word); err != nil || word != "orphaned" {
		t.Errorf("the process without a Terraform printed %q (%v)", word, err)
	}
}

// waitDead waits until a killed process counts as dead.
func waitDead(t *testing.T, o Observer, id string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); look(t, o, id).Status != Dead; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not count as dead within a minute")
		}
	}
}

func TestObserver_reusedProcessID(t *testing.T) {
	t.Parallel()
	me, store := self(t), newMemory()
	if me.Terraform.Started == "" {
		t.Skip("this operating system does not report when a process started")
	}
	locks := &fakeLocks{map[string]bool{me.ID: true}}
	observer := Observer{Store: store, Locks: locks, Machine: me.Machine}
	for started, want := range map[string]Status{me.Terraform.Started: Alive, "1": Dead} {
		other := me
		other.Terraform.Started = started
		if err := (record{Identity: other}).save(t.Context(), store); err != nil {
			t.Fatal(err)
		}
		if got := look(t, observer, me.ID); got.Status != want {
			t.Errorf("started at %s: %s, want %s", started, got.Status, want)
		}
	}
}

func TestFileLocks_removeTheirFiles(t *testing.T) {
	t.Parallel()
	inbox := t.TempDir()
	locks := NewFileLocks(inbox)
	release, err := locks.Lock("one")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if locked, err := locks.Locked("one"); err != nil || locked != want {
			t.Errorf("locked is %v (%v), want %v", locked, err, want)
		}
		if want {
			if err := release(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if left, err := os.ReadDir(locks.path); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFileLocks_removeOldFiles(t *testing.T) {
	t.Parallel()
	locks := NewFileLocks(t.TempDir())
	release, err := locks.Lock("alive")
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.KeepAlive(release) // Release holds the file.
	for _, id := range []string{"died", "just-died"} {
		if err := os.WriteFile(locks.file(id), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"alive", "died"} {
		old := time.Now().Add(-oldLock - time.Minute)
		if err := os.Chtimes(locks.file(id), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = locks.Lock("new"); err != nil {
		t.Fatal(err)
	}
	var left []string
	files, err := os.ReadDir(locks.path)
	for _, file := range files {
		left = append(left, file.Name())
	}
	if diff := cmp.Diff([]string{"alive", "just-died", "new"}, left); err != nil || diff != "" {
		t.Errorf("files (-want +got, error %v):\n%s", err, diff)
	}
}

func TestFileLocks_directoryWithoutLocks(t *testing.T) {
	t.Parallel()
	unsupported := errors.New("operation not supported")
	for name, tt := range map[string]struct {
		tryLock func(*os.File, bool) error
		want    string
	}{
		"every lock fails":    {func(*os.File, bool) error { return unsupported }, "operation not supported"},
		"every lock succeeds": {func(*os.File, bool) error { return nil }, "it was locked twice at the same time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			locks := NewFileLocks(t.TempDir())
			locks.tryLock = tt.tryLock
			_, err := locks.Lock("one")
			if refused, ok := errors.AsType[*NoLocksError](err); !ok || !strings.Contains(refused.Error(), tt.want) || !strings.Contains(refused.Error(), `inbox = "s3://`) {
				t.Errorf("error: %v", err)
			}
			if left, err := os.ReadDir(locks.path); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
