package provider_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/docs/wording"
)

// The schemas and the documentation must be easy to read for users who are not
// native speakers.
func TestWording_schemas(t *testing.T) {
	t.Parallel()
	check := func(where, description string) {
		t.Helper()
		for _, phrase := range wording.Find(description) {
			t.Errorf("the description of %s has %q; see the glossary in CONTRIBUTING.md: %s", where, phrase, description)
		}
	}
	for _, entry := range schemaEntries(t) {
		check(entry.kind+" "+entry.name, entry.Description)
		for _, a := range entry.attributes() {
			check(a.path, a.Description)
		}
	}
	for name, schema := range identities(t) {
		for _, a := range schema.IdentityAttributes {
			check(name+"."+a.Name, a.Description)
		}
	}
}

func TestWording_files(t *testing.T) {
	t.Parallel()
	const root = "../.."
	files, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"templates", "examples", "internal/README.md", ".github"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			files = append(files, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	files = slices.DeleteFunc(files, func(file string) bool {
		return strings.Contains(file, "zh") || filepath.Base(file) == "CONTRIBUTING.md" // Its glossary has the phrases.
	})
	if len(files) < 40 {
		t.Fatalf("only %d files are checked", len(files))
	}
	for _, file := range files {
		for number, line := range strings.Split(wording.Prose(read(t, file)), "\n") {
			for _, phrase := range wording.Find(line) {
				t.Errorf("%s:%d has %q; see the glossary in CONTRIBUTING.md", file, number+1, phrase)
			}
		}
	}
}
