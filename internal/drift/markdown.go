package drift

import (
	"fmt"
	"io"
	"strings"
)

// maxMarkdown is the maximum size of the findings in a section, in bytes.
// GitHub accepts 65,536 characters in an issue.
const maxMarkdown = 15_000

func writeMarkdown(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Drift check\n\n**%s**\n", r.result())
	if len(r.Problems) > 0 {
		b.WriteString("\n### Problems\n\n")
		for _, problem := range r.Problems {
			fmt.Fprintf(&b, "- %s\n", code(plain(problem)))
		}
	}
	for _, s := range r.sections() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", s.title, upperFirst(s.status)+".")
		if len(s.findings)+len(s.ignored) > 0 {
			b.WriteString("\n")
		}
		list(&b, s.findings, "")
		list(&b, s.ignored, "ignored: ")
		for _, note := range s.notes {
			fmt.Fprintf(&b, "\n%s\n", code(note))
		}
	}
	if len(r.Ignore.Unused) > 0 {
		b.WriteString("\n### Unused ignore entries\n\n")
		for _, e := range r.Ignore.Unused {
			fmt.Fprintf(&b, "- %s\n", code(e.subject()))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// list writes items up to maxMarkdown.
func list(b *strings.Builder, items []item, prefix string) {
	start := b.Len()
	for i, item := range items {
		if b.Len()-start > maxMarkdown {
			fmt.Fprintf(b, "- and %d more; the text and JSON formats list all\n", len(items)-i)
			return
		}
		fmt.Fprintf(b, "- %s%s: %s\n", prefix, code(item.subject), code(item.detail))
	}
}

// code returns a code span, so that links, mentions and HTML in the text have
// no effect. Its fence is longer than any sequence of backticks in the text.
func code(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
