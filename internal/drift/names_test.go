package drift_test

import (
	"encoding/json"
	"encoding/xml"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// checkNames checks that a name cannot start a line or a workflow command, and
// that JSON and XML stay well formed.
func checkNames(t *testing.T, format, name string) {
	t.Helper()
	encoded, err := json.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	run := func(name string) string {
		f := newFiles(t)
		plan := f.write("plan.json", planOf(changed("clouddesktop_desktop.a", `{"desktop_name":"a"}`, `{"desktop_name":`+name+`}`), managed("a", "u", "1")))
		line := strings.ReplaceAll(strings.ReplaceAll(found("USER", "2"), `"USER-win10-1 (USER)"`, name), `"USER"`, name)
		got := f.run(plan, "--query", f.write("query.json", queryOf(1, line)), "--format", format)
		if got.code != 2 {
			t.Errorf("exit code %d for %s: %s", got.code, name, got.stderr)
		}
		return got.stdout
	}
	got, usual := run(string(encoded)), run(strconv.Quote("usual"))
	if name == "a" {
		return // Invalid names are replaced, so they cannot be compared.
	}
	switch format {
	case "json":
		if !json.Valid([]byte(got)) {
			t.Errorf("not JSON:\n%s", got)
		}
		return
	case "junit":
		if err := xml.Unmarshal([]byte(got), new(struct{ XMLName xml.Name })); err != nil {
			t.Errorf("not XML: %v\n%s", err, got)
		}
	case "github":
		if commands(got) != commands(usual) {
			t.Errorf("%d workflow commands, want %d:\n%s", commands(got), commands(usual), got)
		}
	}
	if strings.Count(got, "\n") != strings.Count(usual, "\n") {
		t.Errorf("%s changes the number of lines:\n%s", encoded, got)
	}
	for _, r := range got {
		if r != '\n' && r != '\u200c' && r != '\u200d' && !unicode.IsPrint(r) {
			t.Errorf("%U is printed as it is:\n%q", r, got)
		}
	}
}

func commands(log string) int {
	n := strings.Count(log, "##[")
	for line := range strings.Lines(log) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			n++
		}
	}
	return n
}
