package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

const config = "../../../../examples/demo"

// output collects the output of a demo.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func TestDemo(t *testing.T) {
	acctest.RequireCLI(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var out output
	if err := run(t.Context(), &out, config, 10*time.Millisecond); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, text := range []string{
		"Plan: 5 to add, 0 to change, 0 to destroy.",
		"policy of the service: USB on, data access off",
		"password of design_01 reset to the service's default",
		"Apply complete! Resources: 5 added, 0 changed, 0 destroyed.",
		"resize of desktop",
		"Apply complete! Resources: 0 added, 1 changed, 0 destroyed.",
		"Apply complete! Resources: 1 imported, 0 added, 0 changed, 0 destroyed.",
		"Warning: Desktop Is Not Deleted",
		"Destroy complete! Resources: 6 destroyed.",
	} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("the demo does not show %q", text)
		}
	}
	if strings.Contains(out.String(), "there is no user") {
		t.Error("the demo shows failed lookups, which look like errors")
	}
	if t.Failed() {
		t.Log(out.String())
	}
	leavesNothing(t, temp)
}

func TestDemo_interrupted(t *testing.T) {
	acctest.RequireCLI(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithCancel(t.Context())
	var out output
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, &out, config, time.Minute) }()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(out.String(), "ordered a"); {
		if time.Now().After(deadline) {
			t.Fatalf("nothing was ordered:\n%s", out.String())
		}
		select {
		case err := <-ended:
			t.Fatalf("the demo ended before the interrupt: %v\n%s", err, out.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("the demo ended with %v", err)
	}
	leavesNothing(t, temp)
}

func TestDemo_showsTheCompleteError(t *testing.T) {
	acctest.RequireCLI(t)
	dir, temp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	const invalid = "terraform {\n  required_providers {\n    missing = { source = \"example.com/none/missing\" }\n  }\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(invalid), 0o600); err != nil {
		t.Fatal(err)
	}
	var out output
	if err := run(t.Context(), &out, dir, 0); err == nil || !strings.Contains(err.Error(), "init") {
		t.Errorf("got error %v", err)
	}
	for _, text := range []string{"Initializing provider plugins", "Error: ", "example.com/none/missing"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("the demo does not show %q:\n%s", text, out.String())
		}
	}
	leavesNothing(t, temp)
}

func leavesNothing(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		t.Errorf("%s is left behind", entry.Name())
	}
}
