package id_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

// inboxVariable names the environment variable with an inbox whose key the test
// binary prints when its input ends.
const inboxVariable = "ID_TEST_INBOX"

func TestMain(m *testing.M) {
	if path := os.Getenv(inboxVariable); path != "" {
		printKey(path)
		return
	}
	os.Exit(m.Run())
}

func printKey(path string) {
	store, err := directory.New(path)
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	made, err := id.MakeKey(context.Background(), store)
	if err != nil {
		panic(err)
	}
	if _, err := os.Stdout.WriteString(hex.EncodeToString(made)); err != nil {
		panic(err)
	}
}

// All processes must use the same key, whichever creates it first: an id made
// with another key is answered with 404.
func TestMakeKey_concurrentProcesses(t *testing.T) {
	t.Parallel()
	for range 5 {
		inboxPath := filepath.Join(t.TempDir(), "inbox")
		var inputs []io.Closer
		var outputs [8]bytes.Buffer
		var all sync.WaitGroup
		for i := range outputs {
			process := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // The test binary itself.
			process.Env = append(os.Environ(), inboxVariable+"="+inboxPath)
			process.Stdout, process.Stderr = &outputs[i], os.Stderr
			input, err := process.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := process.Start(); err != nil {
				t.Fatal(err)
			}
			inputs = append(inputs, input)
			all.Go(func() {
				if err := process.Wait(); err != nil {
					t.Error(err)
				}
			})
		}
		for _, input := range inputs {
			if err := input.Close(); err != nil {
				t.Fatal(err)
			}
		}
		all.Wait()
		for i := range outputs {
			if got := outputs[i].String(); len(got) != 64 || got != outputs[0].String() {
				t.Errorf("process %d uses the key %q, process 0 %q", i, got, outputs[0].String())
			}
		}
	}
}

// late is a store in which another process creates the key after the first Get.
type late struct {
	inbox.Store

	theirs []byte
	err    error
}

func (s *late) Create(ctx context.Context, name string, value []byte) (bool, error) {
	if s.err != nil {
		return false, s.err
	}
	if _, err := s.Store.Create(ctx, name, s.theirs); err != nil {
		return false, err
	}
	return s.Store.Create(ctx, name, value)
}

func TestMakeKey_usesTheKeyOfAFasterProcess(t *testing.T) {
	t.Parallel()
	theirs := bytes.Repeat([]byte("t"), 32)
	store := &late{Store: inboxtest.NewMemory(), theirs: theirs}
	for range 2 {
		if got, err := id.MakeKey(t.Context(), store); !bytes.Equal(got, theirs) || err != nil {
			t.Errorf("the key is %q (%v)", got, err)
		}
	}
}

func TestMakeKey_failures(t *testing.T) {
	t.Parallel()
	denied := errors.New("access denied")
	if _, err := id.MakeKey(t.Context(), &late{Store: inboxtest.NewMemory(), err: denied}); !errors.Is(err, denied) {
		t.Errorf("an inbox that cannot be written: %v", err)
	}
	short := inboxtest.NewMemory()
	if _, err := short.Create(t.Context(), "key", []byte("short")); err != nil {
		t.Fatal(err)
	}
	if _, err := id.MakeKey(t.Context(), short); err == nil || !strings.Contains(err.Error(), "5 bytes instead of 32") {
		t.Errorf("a damaged key: %v", err)
	}
	if _, err := id.ReadKey(t.Context(), inboxtest.NewMemory()); !errors.Is(err, inbox.ErrNotExist) {
		t.Errorf("no key: %v", err)
	}
}
