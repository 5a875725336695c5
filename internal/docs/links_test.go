package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	links       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headingLine = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	linkText    = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	noAnchor    = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// The target of every link to a file or a heading exists.
func TestLinks_targetsExist(t *testing.T) {
	t.Parallel()
	all := append(pages(t), "README.zh-CN.md", "CHANGELOG.md", "internal/README.md", ".github/SECURITY.md")
	chinese, err := filepath.Glob(filepath.Join(repository, "docs/guides/*.zh-CN.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range chinese {
		all = append(all, strings.TrimPrefix(page, repository+"/"))
	}
	for _, page := range all {
		for _, link := range links.FindAllStringSubmatch(withoutCode(readPage(t, filepath.Join(repository, page))), -1) {
			file, anchor, _ := strings.Cut(link[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			target := filepath.Join(repository, page)
			if file != "" {
				target = filepath.Join(repository, filepath.Dir(page), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", page, err)
			} else if anchor != "" && !anchors(t, target)[anchor] {
				t.Errorf("%s: %s has no heading for #%s", page, file, anchor)
			}
		}
	}
}

// anchors returns the anchors of the headings of a page, as GitHub and the
// registry create them.
func anchors(t *testing.T, file string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	text := readPage(t, file)
	for _, heading := range headingLine.FindAllStringSubmatch(withoutCode(text), -1) {
		name := linkText.ReplaceAllString(heading[1], "$1")
		found[strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(name), ""), " ", "-")] = true
	}
	for _, id := range regexp.MustCompile(`<a id="([^"]+)">`).FindAllStringSubmatch(text, -1) {
		found[id[1]] = true
	}
	return found
}
