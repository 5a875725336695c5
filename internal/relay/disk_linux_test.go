package relay

import (
	"errors"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// fillDisk sets whether each write of a process to a file fails.
func fillDisk(t *testing.T, p *process, full bool) {
	t.Helper()
	var limit unix.Rlimit
	err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, nil, &limit)
	limit.Cur = limit.Max
	if full {
		limit.Cur = 0
	}
	if err := errors.Join(err, unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil)); err != nil {
		t.Fatal(err)
	}
}

// The service waits while the disk of the relay is full, and gets its answer
// when there is space.
func TestRelay_fullDisk(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "inbox")
	relay := startProcess(t, "--listen 127.0.0.1:0 --inbox "+folder)
	store := openInbox(t, folder)
	key, err := id.ReadKey(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	made := id.New(id.Order, "prod", key)
	if _, err := store.Create(t.Context(), ledger.IntentKey(made.Ref()), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	fillDisk(t, relay, true)
	answered := make(chan int, 1)
	go func() { answered <- post(t, relay.url+receiver.Path+"/"+made.Secret(), result) }()
	for { // The failed attempts are counted.
		_, metrics := get(t, relay.url+"/metrics")
		if !strings.Contains(metrics, "clouddesktop_relay_store_errors_total 0\n") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	select {
	case status := <-answered:
		t.Fatalf("the callback is answered with %d while the disk is full", status)
	default:
	}
	fillDisk(t, relay, false)
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the callback is answered with %d", status)
	}
	if value, err := store.Get(t.Context(), ledger.ResultKey(made.Ref())); string(value) != result || err != nil {
		t.Errorf("the inbox holds %q (%v)", value, err)
	}
}

// Even root cannot create files below /proc.
func TestRelay_readOnlyFolder(t *testing.T) {
	t.Parallel()
	output, err := childCommand(t.Context(), "--listen 127.0.0.1:0 --inbox /proc/inbox").CombinedOutput()
	if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != exitFailure || !strings.Contains(string(output), "relay: the inbox cannot be used: ") {
		t.Errorf("the relay ended with %v:\n%s", err, output)
	}
}
