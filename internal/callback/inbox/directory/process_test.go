package directory

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// childVariable names the environment variable with the inbox that the test
// binary writes to as a child process.
const childVariable = "DIRECTORY_TEST_INBOX"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		if err := writeForever(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever prints each key after its value is acknowledged.
func writeForever(path string) error {
	s, err := New(path)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for writer := range 4 {
		go func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("orders/%d/%d-%d", writer, os.Getpid(), n)
				if _, err := s.Create(context.Background(), key, []byte(key)); err != nil {
					failed <- err
				}
				if _, err := fmt.Fprintln(os.Stdout, key); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

func TestStore_keepsAcknowledgedValuesOfAKilledProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "inbox")
	var acknowledged []string
	for range 3 {
		acknowledged = append(acknowledged, killAfter(t, path, 60)...)
	}
	s := open(t, path)
	for _, key := range acknowledged {
		if value, err := s.Get(t.Context(), key); string(value) != key || err != nil {
			t.Errorf("%s was acknowledged and holds %q (%v)", key, value, err)
		}
	}
	listing, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(listing.Entries) < len(acknowledged) {
		t.Errorf("%d values are listed, %d were acknowledged", len(listing.Entries), len(acknowledged))
	}
	for _, e := range listing.Entries {
		if value, err := s.Get(t.Context(), e.Key); e.Key != inbox.FormatKey && string(value) != e.Key || err != nil {
			t.Errorf("%s holds %q (%v)", e.Key, value, err)
		}
	}
}

// killAfter kills a writing process after it has acknowledged n values.
func killAfter(t *testing.T, path string, n int) (acknowledged []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // The test binary itself.
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // An incomplete line is not an acknowledgement.
		}
		acknowledged = append(acknowledged, strings.TrimSpace(line))
		if len(acknowledged) == n {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if len(acknowledged) < n {
		t.Fatalf("the process acknowledged %d values", len(acknowledged))
	}
	return acknowledged
}
