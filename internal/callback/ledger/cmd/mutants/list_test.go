package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A mutant must be changed with the code that it changes.
func TestMutants_changeTheirFiles(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		for _, c := range m.changes {
			content, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", c.file))
			if n := strings.Count(string(content), c.old); n != 1 || err != nil {
				t.Errorf("%s: %s contains %q %d times (%v)", m.name, c.file, c.old, n, err)
			}
		}
	}
}
