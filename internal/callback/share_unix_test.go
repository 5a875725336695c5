//go:build !windows

package callback

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

func TestReceiver_processesStartAndStop(t *testing.T) {
	t.Parallel()
	startAndStop(t)
	for range 2 * runtime.NumCPU() {
		keepBusy(t)
	}
	startAndStop(t)
}

// startAndStop starts and ends runs that share one port. Each run ends after
// its own callbacks, while callbacks of the others still arrive. Each callback
// is sent once.
func startAndStop(t *testing.T) {
	t.Helper()
	const atOnce, afterEachOther, each = 4, 5, 20
	listen := "127.0.0.1:" + freePort(t)
	var all sync.WaitGroup
	for range atOnce {
		inbox := filepath.Join(t.TempDir(), "inbox")
		all.Go(func() {
			for range afterEachOther {
				r := startRun(t, task{Listen: listen, Inbox: inbox, Operations: each, Leave: true})
				callAll(t, r)
				if said := r.report(t); len(said.Results) != each {
					t.Errorf("%d results of %d", len(said.Results), each)
				}
				if err := r.wait(); err != nil {
					t.Errorf("the run failed: %v", err)
				}
			}
		})
	}
	all.Wait()
}

// keepBusy keeps a processor busy until the test ends.
func keepBusy(t *testing.T) {
	t.Helper()
	burner := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
	if err := burner.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = burner.Wait() })
}

func TestReceiver_connectionsOfAKilledProcess(t *testing.T) {
	t.Parallel()
	const each = 40
	listen := "127.0.0.1:" + freePort(t)
	folder := t.TempDir()
	dead := startRun(t, task{Listen: listen, Inbox: filepath.Join(folder, "a"), Operations: 1})
	alive := startRun(t, task{Listen: listen, Inbox: filepath.Join(folder, "b"), Operations: each})
	dead.stop(t)
	alive.stop(t)
	connected := make(chan struct{}, each)
	queueing := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			connected <- struct{}{}
			return conn, err
		},
	}}
	var all sync.WaitGroup
	for _, address := range alive.addresses {
		all.Go(func() {
			if status := call(t, queueing, http.MethodPost, address, bodyFor(address)); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
	}
	for range each {
		<-connected
	}
	dead.kill(t)
	if err := alive.process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if said := alive.report(t); len(said.Results) != each {
		t.Errorf("%d results of %d", len(said.Results), each)
	}
}

// stop suspends the run until it gets SIGCONT.
func (r *run) stop(t *testing.T) {
	t.Helper()
	if err := r.process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(r.process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the run is not stopped: %v", err)
	}
}

func TestReceiver_killedProcessIsReplaced(t *testing.T) {
	t.Parallel()
	const each = 12
	listen := "127.0.0.1:" + freePort(t)
	folder := t.TempDir()
	first := startRun(t, task{Listen: listen, Inbox: filepath.Join(folder, "a"), Operations: each})
	second := startRun(t, task{Listen: listen, Inbox: filepath.Join(folder, "b"), Operations: each})
	first.kill(t)
	third := startRun(t, task{Listen: listen, Inbox: filepath.Join(folder, "c"), Operations: each})
	callAll(t, first, second, third)
	for _, r := range []*run{second, third} {
		if said := r.report(t); len(said.Results) != each {
			t.Errorf("%d results of %d", len(said.Results), each)
		}
	}
	inbox := newDirectory(t, first.inbox)
	key, err := id.ReadKey(t.Context(), inbox)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range first.addresses {
		made, _ := id.Parse(path.Base(address), key)
		if value, err := inbox.Get(t.Context(), receiver.ResultKey(made.Hash())); string(value) != bodyFor(address) {
			t.Errorf("stored is %q (%v)", value, err)
		}
	}
}

// on returns a fixture that listens at the address.
func on(t *testing.T, listen string) *fixture {
	t.Helper()
	return newFixture(t, func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Listen, cfg.URL = listen, "http://"+listen
	})
}

func TestReceiver_hostsOfOnePort(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first, second string
		problem       string // "" if the second run gets the socket of the first.
	}{
		"all addresses and one of them":      {"0.0.0.0", "127.0.0.1", ""},
		"all addresses, written differently": {"0.0.0.0", "[::]", ""},
		"by name":                            {"127.0.0.1", "localhost", ""},
		"one address and all addresses":      {"127.0.0.1", "0.0.0.0", "another process of this user listens on 127.0.0.1:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := freePort(t)
			a, b := on(t, test.first+":"+port), on(t, test.second+":"+port)
			opA := a.open(t)
			_, err := b.Open(logged(t), id.Order)
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) || !strings.Contains(err.Error(), "listen on another one") {
					t.Errorf("Begin: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			// The second run still accepts connections after the first one has
			// closed.
			if status := call(t, client, http.MethodPost, "http://127.0.0.1:"+port+receiver.Path+"/"+idOf(opA), secretBody); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
	}
}

// Processes share a port only if they have the same certificate, because a
// caller expects that certificate.
func TestReceiver_portIsNotSharedWithAnotherCertificate(t *testing.T) {
	t.Parallel()
	listen := "127.0.0.1:" + freePort(t)
	certificate, key := selfSigned(t)
	with := func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Listen, cfg.Certificate, cfg.Key = listen, certificate, key
	}
	newFixture(t, with).open(t)
	newFixture(t, with).open(t)
	if _, err := on(t, listen).Open(t.Context(), id.Order); err == nil || !strings.Contains(err.Error(), "none with the same certificate") {
		t.Errorf("Begin: %v", err)
	}
}
