package drift

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// formats are the forms of the report.
var formats = map[string]func(io.Writer, *Report) error{
	"text":     writeText,
	"json":     writeJSON,
	"markdown": writeMarkdown,
	"github":   writeGitHub,
	"junit":    writeJUnit,
}

const formatNames = "text, json, markdown, github or junit"

// result is the report in one line.
func (r *Report) result() string {
	switch r.Status {
	case statusClean:
		return "No findings."
	case statusFindings:
		return count(r.findings(), "finding") + "."
	}
	if n := r.findings(); n > 0 {
		return "The check is incomplete. It has " + count(n, "finding") + " so far."
	}
	return "The check is incomplete."
}

// lines returns what a section lists, the findings first.
func (s section) lines() []string {
	var lines []string
	for _, f := range s.findings {
		lines = append(lines, f.String())
	}
	for _, f := range s.ignored {
		lines = append(lines, f.String())
	}
	return append(lines, s.notes...)
}

func writeText(w io.Writer, r *Report) error {
	var b strings.Builder
	for _, s := range r.sections() {
		fmt.Fprintf(&b, "%s: %s\n", s.title, s.status)
		for _, line := range s.lines() {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	for _, e := range r.Ignore.Unused {
		fmt.Fprintf(&b, "Unused ignore entry: %s\n", e.subject())
	}
	for _, problem := range r.Problems {
		fmt.Fprintf(&b, "Problem: %s\n", plain(problem))
	}
	fmt.Fprintf(&b, "Result: %s\n", r.result())
	_, err := io.WriteString(w, b.String())
	return err
}

func writeJSON(w io.Writer, r *Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}
