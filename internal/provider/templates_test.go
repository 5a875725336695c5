package provider_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var variable = regexp.MustCompile(`\b(?:CLOUDDESKTOP|HW|OS|TENCENTCLOUD|TF)_[A-Z]+(?:_[A-Z]+)*\b`)

// The front page lists every environment variable that the clients are
// configured by, and no other.
func TestIndex_variables(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../clients/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	read := func(files ...string) []string {
		found := map[string]bool{}
		for _, file := range files {
			for _, name := range variable.FindAllString(read(t, file), -1) {
				found[name] = true
			}
		}
		return slices.Sorted(maps.Keys(found))
	}
	clients := slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, "_test.go") })
	if diff := cmp.Diff(read(clients...), read("../../templates/index.md.tmpl")); diff != "" {
		t.Errorf("variables of the clients (-) and of the front page (+):\n%s", diff)
	}
}

// The front page has a link to every type.
func TestIndex_types(t *testing.T) {
	t.Parallel()
	index := read(t, "../../templates/index.md.tmpl")
	for _, entry := range schemaEntries(t) {
		kind, ok := kinds[entry.kind]
		if !ok {
			continue
		}
		if link := kind.folder + "/" + strings.TrimPrefix(entry.name, "clouddesktop_") + ".md"; !strings.Contains(index, link) {
			t.Errorf("the front page has no link to %s", link)
		}
	}
}

var links = regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)`)

func TestDocs_links(t *testing.T) {
	t.Parallel()
	const docs = "../../docs"
	checked := 0
	err := filepath.WalkDir(docs, func(page string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(page) != ".md" {
			return err
		}
		for _, link := range links.FindAllStringSubmatch(read(t, page), -1) {
			checked++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), link[1])); err != nil {
				t.Errorf("%s has a link that leads nowhere: %v", page, err)
			}
		}
		return nil
	})
	if err != nil || checked == 0 {
		t.Errorf("%d links checked: %v", checked, err)
	}
}
