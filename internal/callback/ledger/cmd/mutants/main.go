// Command mutants changes the ledger in one place at a time and checks that a
// test fails each time. It prints a line for each mutant as soon as it is known,
// and must run in the project's root.
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
	from := flag.Int("from", 1, "start with the mutant of this number, to continue an interrupted run")
	flag.Parse()
	survived := 0
	for i, m := range mutants {
		if i+1 < *from || !strings.Contains(m.name, *only) {
			continue
		}
		began := time.Now()
		verdict, caught := m.test()
		if !caught {
			survived++
		}
		fmt.Printf("%2d of %d  %-44s %-62s %4.0f s\n", i+1, len(mutants), m.name, verdict, time.Since(began).Seconds())
	}
	if survived > 0 {
		fmt.Printf("%d mutants are not caught\n", survived)
		os.Exit(1)
	}
}

// mutant is a change that must make a test fail.
type mutant struct {
	name    string
	changes []change
	// packages are tested in this order until a test fails; nil for the ledger.
	packages []string
}

// change replaces a text that occurs exactly once in a file.
type change struct{ file, old, new string }

// stages are the flags that select the tests of a package, the quick ones first.
var stages = [][]string{
	{"-test.skip", "^Test(Crash|Random|Walk)_"},
	{"-test.run", "^Test(Crash|Random)_"},
	{"-test.run", "^TestWalk_"},
}

// test names the tests that fail with the mutant.
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
	packages := m.packages
	if packages == nil {
		packages = []string{ledger}
	}
	for _, pkg := range packages {
		binary := filepath.Join(folder, "tests")
		if output, err := run(".", "go", "test", "-c", "-overlay", overlay, "-o", binary, "./"+pkg); err != nil {
			return "does not build: " + lastLine(output), false
		}
		for _, stage := range stages {
			arguments := append([]string{"-test.timeout=5m"}, stage...)
			if pkg == ledger {
				arguments = append(arguments, "-rapid.nofailfile")
			}
			if output, err := run(pkg, binary, arguments...); err != nil {
				return failed(output), true
			}
		}
	}
	return "NOT CAUGHT", false
}

// run runs a program in a folder.
func run(folder, program string, arguments ...string) (string, error) {
	cmd := exec.CommandContext(context.Background(), program, arguments...) //nolint:gosec // They are those of this file.
	cmd.Dir = folder
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// overlay writes the changed files and returns the path of the -overlay file
// for the go command.
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

// failed names the tests that failed, or says why they stopped.
func failed(output string) string {
	var names []string
	for line := range strings.Lines(output) {
		if name, found := strings.CutPrefix(line, "--- FAIL: "); found {
			name, _, _ = strings.Cut(name, " ")
			names = append(names, name)
		}
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			names = append(names, strings.TrimSpace(line))
		}
	}
	switch len(names) {
	case 0:
		return lastLine(output)
	case 1:
		return names[0]
	}
	return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
}

func lastLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return lines[len(lines)-1]
}
