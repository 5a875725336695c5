package drift

import (
	"fmt"
	"io"
	"strings"
)

// maxAnnotations is the number of annotations of one kind that GitHub shows for
// a step.
const maxAnnotations = 10

// writeGitHub writes workflow commands: annotations, and a group of lines for
// each section, because GitHub shows only a few annotations.
func writeGitHub(w io.Writer, r *Report) error {
	var b strings.Builder
	for i, problem := range r.Problems {
		if i < maxAnnotations {
			annotate(&b, "error", "Drift check is incomplete", plain(problem))
		}
	}
	annotations := 0
	for _, s := range r.sections() {
		for _, f := range s.findings {
			if annotations++; annotations <= maxAnnotations {
				annotate(&b, "warning", s.title, f.String())
			}
		}
	}
	for _, s := range r.sections() {
		fmt.Fprintf(&b, "::group::%s\n", data(s.title+": "+s.status))
		for _, line := range s.lines() {
			fmt.Fprintf(&b, "- %s\n", inert(line))
		}
		b.WriteString("::endgroup::\n")
	}
	for _, e := range r.Ignore.Unused {
		fmt.Fprintf(&b, "- unused ignore entry: %s\n", inert(e.subject()))
	}
	fmt.Fprintf(&b, "Result: %s\n", r.result())
	_, err := io.WriteString(w, b.String())
	return err
}

func annotate(b *strings.Builder, command, title, message string) {
	fmt.Fprintf(b, "::%s title=%s::%s\n", command, property(title), data(inert(message)))
}

// data escapes the message of a workflow command. property escapes the value of
// one of its properties.
var (
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace
)

// inert escapes commands of the older form, which the runner would also accept
// in the middle of a line.
func inert(line string) string { return strings.ReplaceAll(line, "##[", "# #[") }
