package callback

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
)

// childVariable names the environment variable that makes the test binary act
// as a provider process.
const childVariable = "CALLBACK_TEST_CHILD"

// task is the work of a child process.
type task struct {
	Listen, Inbox string
	Operations    int
	// Leave makes the child close its Receiver and end after its report.
	Leave bool
}

// report is what a child prints when all its calls have ended.
type report struct {
	Results map[string]string // By address.
	Foreign int               // Callbacks that it received for others.
}

// child opens calls, prints their URLs, waits for all of them and prints a
// report. Then it closes its Receiver and ends, or it runs until its input ends
// and does not call Close, like a provider that is killed.
func child() int {
	var do task
	if err := json.Unmarshal([]byte(os.Getenv(childVariable)), &do); err != nil {
		panic(err)
	}
	var logged logs
	inbox, err := directory.New(do.Inbox)
	if err != nil {
		panic(err)
	}
	x, err := New(Config{
		Listen: do.Listen,
		Store:  inbox,
		Logger: slog.New(slog.NewTextHandler(io.MultiWriter(&logged, os.Stderr), &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var addresses []string
	var operations []*Pending
	for range do.Operations {
		op, err := x.Open(ctx, id.Order)
		if err != nil {
			panic(err)
		}
		operations, addresses = append(operations, op), append(addresses, op.URL())
	}
	say := json.NewEncoder(os.Stdout)
	if err := say.Encode(addresses); err != nil {
		panic(err)
	}
	results := map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, op := range operations {
		all.Go(func() {
			body, err := op.Wait(ctx, accept)
			if err != nil {
				panic(err)
			}
			if err := op.End(ctx); err != nil {
				panic(err)
			}
			mu.Lock()
			defer mu.Unlock()
			results[op.URL()] = string(body)
		})
	}
	all.Wait()
	if err := say.Encode(report{results, strings.Count(logged.String(), "of another process")}); err != nil {
		panic(err)
	}
	if do.Leave {
		if err := x.Close(); err != nil {
			panic(err)
		}
		return 0
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// run is a running child process.
type run struct {
	inbox     string
	addresses []string
	process   *os.Process
	answers   *json.Decoder
	wait      func() error
}

func startRun(t *testing.T, do task, environment ...string) *run {
	t.Helper()
	encoded, err := json.Marshal(do)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // The test binary itself.
	command.Env = append(append(os.Environ(), childVariable+"="+string(encoded)), environment...)
	var stderr logs
	command.Stderr = &stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	wait := sync.OnceValue(command.Wait)
	t.Cleanup(func() {
		stdin.Close()
		_ = wait() // A run that was killed fails.
		if t.Failed() {
			t.Logf("the log of %s:\n%s", do.Inbox, &stderr)
		}
	})
	r := &run{inbox: do.Inbox, process: command.Process, answers: json.NewDecoder(bufio.NewReader(stdout)), wait: wait}
	if err := r.answers.Decode(&r.addresses); err != nil {
		t.Fatalf("the run did not open its calls: %v\n%s", err, &stderr)
	}
	return r
}

// kill ends the run with SIGKILL.
func (r *run) kill(t *testing.T) {
	t.Helper()
	if err := r.process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.wait() // It fails, as it was killed.
}

// report waits until all operations of the run have ended.
func (r *run) report(t *testing.T) report {
	t.Helper()
	var said report
	if err := r.answers.Decode(&said); err != nil {
		t.Fatalf("the run did not report: %v", err)
	}
	return said
}

// callAll calls every URL of the runs in mixed order, eight at a time, with a
// body that contains the URL. Each first call must succeed.
func callAll(t *testing.T, runs ...*run) {
	t.Helper()
	var all sync.WaitGroup
	slots := make(chan struct{}, 8)
	for n := range len(runs[0].addresses) {
		for _, r := range runs {
			all.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				address := r.addresses[n]
				if status := call(t, client, http.MethodPost, address, bodyFor(address)); status != http.StatusOK {
					t.Errorf("status %d", status)
				}
			})
		}
	}
	all.Wait()
}

// requireSharedPorts skips the test on Windows, where processes cannot share a
// port.
func requireSharedPorts(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("on Windows a port belongs to one process")
	}
}

func bodyFor(address string) string {
	return fmt.Sprintf(`{"status":"0","data":{"username":"dev_01","desktop_uuid":%q}}`, address)
}

func TestReceiver_twoProcessesAtOnce(t *testing.T) {
	t.Parallel()
	const each = 40
	for name, test := range map[string]struct{ fixed, sameInbox bool }{
		"fixed port, two inboxes": {true, false},
		"fixed port, one inbox":   {true, true},
		"free ports, two inboxes": {false, false},
		"free ports, one inbox":   {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listen := DefaultListen
			if test.fixed {
				requireSharedPorts(t)
				listen = "127.0.0.1:" + freePort(t)
			}
			folder := t.TempDir()
			inboxes := []string{filepath.Join(folder, "a", "inbox"), filepath.Join(folder, "b", "inbox")}
			if test.sameInbox {
				inboxes[1] = inboxes[0]
			}
			runs := []*run{
				startRun(t, task{Listen: listen, Inbox: inboxes[0], Operations: each}),
				startRun(t, task{Listen: listen, Inbox: inboxes[1], Operations: each}),
			}
			callAll(t, runs...)
			foreign := 0
			for _, r := range runs {
				said := r.report(t)
				foreign += said.Foreign
				if len(said.Results) != each {
					t.Errorf("%d results of %d", len(said.Results), each)
				}
				for _, address := range r.addresses {
					if body := said.Results[address]; body != bodyFor(address) {
						t.Errorf("a call got %s", body)
					}
				}
			}
			for _, inbox := range inboxes {
				if keys := keysOf(t, newDirectory(t, inbox)); len(keys) != 0 {
					t.Errorf("the inbox still holds %q", keys)
				}
			}
			// On Linux each process that has the socket can accept a
			// connection. The test requires that a process received callbacks
			// of the other; other systems may always prefer one process.
			if shared := foreign > 0; runtime.GOOS == "linux" && shared != test.fixed {
				t.Errorf("%d callbacks were received for the other run", foreign)
			}
		})
	}
}

func TestReceiver_portIsNotSharedWithoutAFolder(t *testing.T) {
	t.Parallel()
	listen := "127.0.0.1:" + freePort(t)
	folder := t.TempDir()
	nowhere := filepath.Join(folder, "file")
	if err := os.WriteFile(nowhere, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	alone := startRun(t, task{Listen: listen, Inbox: filepath.Join(folder, "inbox"), Operations: 1},
		folderVariable+"="+nowhere)
	second := newFixture(t, func(cfg *Config) { cfg.Listen = listen })
	if _, err := second.Open(t.Context(), id.Order); err == nil || !strings.Contains(err.Error(), "listen on another one") {
		t.Errorf("a second run without the registry folder of the first shares its port: %v", err)
	}
	callAll(t, alone)
	if said := alone.report(t); len(said.Results) != 1 {
		t.Errorf("%d results", len(said.Results))
	}
}
