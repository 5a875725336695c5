// Command mutants changes the ledger in one place at a time and checks that a
// test fails each time. It must run in the project's root.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	only := flag.String("run", "", "run only the mutants whose name contains this text")
	flag.Parse()
	survived := 0
	for _, m := range mutants {
		if !strings.Contains(m.name, *only) {
			continue
		}
		began := time.Now()
		verdict, caught := m.test()
		if !caught {
			survived++
		}
		fmt.Printf("%-44s %-62s %4.0f s\n", m.name, verdict, time.Since(began).Seconds())
	}
	if survived > 0 {
		fmt.Printf("%d mutants are not caught\n", survived)
		os.Exit(1)
	}
}

// mutant is a change that a test has to notice.
type mutant struct {
	name    string
	changes []change
	// packages are tested in this order until one fails.
	packages []string
}

// change replaces a text that occurs exactly once in a file.
type change struct{ file, old, new string }

// test returns the first test that fails with the mutant.
func (m mutant) test() (verdict string, caught bool) {
	folder, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return err.Error(), false
	}
	defer func() { _ = os.RemoveAll(folder) }()
	overlay, err := m.overlay(folder)
	if err != nil {
		return err.Error(), false
	}
	for _, run := range m.runs() {
		arguments := append([]string{"test", "-failfast", "-timeout=5m", "-overlay", overlay}, run...)
		output, err := exec.CommandContext(context.Background(), "go", arguments...).CombinedOutput() //nolint:gosec // The arguments are those of the list.
		if err == nil {
			continue
		}
		if name := failed(string(output)); name != "" {
			return name, true
		}
		return "does not build: " + lastLine(string(output)), false
	}
	return "NOT CAUGHT", false
}

// runs are the arguments of the tests, the quick ones first.
func (m mutant) runs() [][]string {
	if m.packages != nil {
		return [][]string{m.packages}
	}
	const ledger = "./internal/callback/ledger"
	return [][]string{{"-skip", "^TestWalk_", ledger}, {"-run", "^TestWalk_", ledger}}
}

// overlay writes the changed files and the list that makes the compiler use them.
func (m mutant) overlay(folder string) (string, error) {
	changed := map[string]string{}
	for _, c := range m.changes {
		path, err := filepath.Abs(c.file)
		if err != nil {
			return "", err
		}
		text, known := changed[path]
		if !known {
			read, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			text = string(read)
		}
		if n := strings.Count(text, c.old); n != 1 {
			return "", fmt.Errorf("%s contains the text to change %d times: %q", c.file, n, c.old)
		}
		changed[path] = strings.Replace(text, c.old, c.new, 1)
	}
	replace := map[string]string{}
	for path, text := range changed {
		replace[path] = filepath.Join(folder, filepath.Base(path))
		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}

// failed returns the first test that failed, or that panicked or hung.
func failed(output string) string {
	for line := range strings.Lines(output) {
		if name, found := strings.CutPrefix(strings.TrimSpace(line), "--- FAIL: "); found {
			name, _, _ = strings.Cut(name, " ")
			return name
		}
	}
	if strings.Contains(output, "panic: test timed out") {
		return "a test timed out"
	}
	return ""
}

func lastLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return lines[len(lines)-1]
}
