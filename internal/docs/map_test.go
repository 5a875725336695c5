package docs_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// partOfAnother matches fakes and parts of commands, which need no separate
// line.
var partOfAnother = regexp.MustCompile(`(^|/)(cmd|testdata|\w+test|openapi|sdkcompat|wording|providerschema|mutants|stock|usage|deployments)(/|$)`)

// The map in internal/README.md has every package.
func TestMap_hasEveryPackage(t *testing.T) {
	t.Parallel()
	file := filepath.Join(repository, "internal", "README.md")
	text := readPage(t, file)
	if lines := strings.Count(text, "\n"); lines > 150 {
		t.Errorf("internal/README.md has %d lines, at most 150 are read", lines)
	}
	_, rest, _ := strings.Cut(text, "```text\n")
	code, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("internal/README.md has no map")
	}
	err := fs.WalkDir(os.DirFS(filepath.Join(repository, "internal")), ".", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || dir == "." || partOfAnother.MatchString(dir) {
			return err
		}
		if name := path.Base(dir); !regexp.MustCompile(`\b` + name + `\b`).MatchString(code) {
			t.Errorf("internal/README.md does not have %s", dir)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
