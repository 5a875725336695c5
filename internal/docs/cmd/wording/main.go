// Command wording counts unusual phrases per 1,000 words in the documentation
// and in the comments of the Go files below the working directory. With -v it
// prints each of them.
package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/docs/wording"
)

func main() {
	verbose := flag.Bool("v", false, "print each phrase with its place")
	flag.Parse()
	if err := run(os.Stdout, os.DirFS("."), *verbose); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// count is the result for one kind of text.
type count struct{ phrases, words int }

func (c count) String() string {
	return fmt.Sprintf("%.1f (%d)", 1000*float64(c.phrases)/float64(max(1, c.words)), c.phrases)
}

func run(out io.Writer, root fs.FS, verbose bool) error {
	var docs, comments count
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		into, extract := &docs, wording.Prose
		switch {
		case strings.HasSuffix(name, ".go"):
			into, extract = &comments, wording.Comments
		case !isPage(name):
			return nil
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		for number, line := range strings.Split(extract(string(content)), "\n") {
			into.words += wording.CountWords(line)
			for _, phrase := range wording.Find(line) {
				into.phrases++
				if verbose {
					_, _ = fmt.Fprintf(out, "%s:%d: %s\n", name, number+1, phrase)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Unusual phrases per 1,000 words: documentation %s, comments %s\n", docs, comments)
	return err
}

// isPage reports whether a file is a page of the English documentation.
func isPage(name string) bool {
	inDocs := strings.HasPrefix(name, "docs/") || path.Dir(name) == "."
	return inDocs && path.Ext(name) == ".md" && !strings.Contains(name, "zh") && name != "CONTRIBUTING.md" // Its glossary has the phrases.
}
