package process

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"go.uber.org/goleak"
)

// roleVariable names the environment variable with the role of the test binary:
// "provider", or "terraform", which starts a provider and waits for it.
const (
	roleVariable  = "PROCESS_TEST_ROLE"
	inboxVariable = "PROCESS_TEST_INBOX"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "terraform":
		playTerraform()
	case "provider":
		playProvider()
	default:
		goleak.VerifyTestMain(m)
	}
}

func playTerraform() {
	provider := exec.CommandContext(context.Background(), os.Args[0]) //nolint:gosec // The test binary itself.
	provider.Env = append(os.Environ(), roleVariable+"=provider")
	provider.Stdin, provider.Stdout, provider.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := provider.Run(); err != nil {
		panic(err)
	}
}

// playProvider takes the lock, prints its identity, and prints a line when its
// parent has ended. It ends when its input ends, without releasing the lock.
func playProvider() {
	say := json.NewEncoder(os.Stdout)
	me, err := Self()
	if err != nil {
		panic(err)
	}
	release, err := NewFileLocks(os.Getenv(inboxVariable)).Lock(me.ID)
	if err != nil {
		panic(err)
	}
	defer runtime.KeepAlive(release) // Release holds the file.
	if err := say.Encode(me); err != nil {
		panic(err)
	}
	go func() {
		if err := WaitOrphaned(context.Background()); err != nil {
			panic(err)
		}
		if err := say.Encode("orphaned"); err != nil {
			panic(err)
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// child is a Terraform process and its provider process.
type child struct {
	Identity

	terraform *os.Process
	says      *json.Decoder
}

// startChild starts both processes. They end at the end of the test.
func startChild(t *testing.T, inbox string) *child {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // The test binary itself.
	command.Env = append(os.Environ(), roleVariable+"=terraform", inboxVariable+"="+inbox)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	// The provider may run longer than Terraform, so command must not own the
	// pipe.
	stdout, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout = theirs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	c := &child{terraform: command.Process, says: json.NewDecoder(bufio.NewReader(stdout))}
	t.Cleanup(func() {
		stdin.Close()
		_ = command.Wait() // Some tests kill it.
		_, _ = io.Copy(io.Discard, stdout)
		stdout.Close()
	})
	if err := c.says.Decode(&c.Identity); err != nil {
		t.Fatal(err)
	}
	return c
}

// record stores the record of the child in an inbox.
func (c *child) record(t *testing.T, store *memory) {
	t.Helper()
	if err := (record{Identity: c.Identity}).save(t.Context(), store); err != nil {
		t.Fatal(err)
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	process, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
}
