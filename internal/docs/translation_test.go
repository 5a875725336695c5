package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	headings = regexp.MustCompile(`(?m)^#+`)
	fenced   = regexp.MustCompile("(?ms)^```.*?^```$")
	rows     = regexp.MustCompile(`(?m)^\|`)
	targets  = regexp.MustCompile(`\]\([^)]*\)`)
	// Chinese characters on both sides of ASCII punctuation.
	halfWidth = regexp.MustCompile(`\p{Han}[,:;()]|[,:;()]\p{Han}`)
)

// A Chinese page has the headings, the code and the tables of the English page.
func TestTranslation_matchesTheEnglishPage(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/guides/*.zh-CN.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d Chinese pages, error %v", len(pages), err)
	}
	pages = append(pages, "../../README.zh-CN.md")
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			english, chinese := shape(t, strings.Replace(page, ".zh-CN", "", 1)), shape(t, page)
			if diff := cmp.Diff(english, chinese); diff != "" {
				t.Errorf("the English page (-) and the Chinese page (+) differ:\n%s", diff)
			}
			for number, line := range strings.Split(withoutCode(readPage(t, page)), "\n") {
				if wrong := halfWidth.FindString(targets.ReplaceAllString(line, "]")); wrong != "" {
					t.Errorf("line %d: %q: use full-width punctuation", number+1, wrong)
				}
			}
		})
	}
}

// pageShape is the structure that two translations of a page must share.
type pageShape struct {
	Headings, Code []string
	Rows           int
}

func shape(t *testing.T, file string) pageShape {
	t.Helper()
	page := readPage(t, file)
	text := withoutCode(page)
	return pageShape{headings.FindAllString(text, -1), fenced.FindAllString(page, -1), len(rows.FindAllString(text, -1))}
}

func withoutCode(page string) string {
	return fenced.ReplaceAllStringFunc(page, func(block string) string {
		return strings.Repeat("\n", strings.Count(block, "\n"))
	})
}

func readPage(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
