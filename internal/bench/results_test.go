package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The READMEs quote the ratios for 1,000 desktops and the date of RESULTS.md.
func TestResults_areInTheREADMEs(t *testing.T) {
	t.Parallel()
	results := read(t, "RESULTS.md")
	_, table, _ := strings.Cut(results, "## 1000 desktops")
	date := regexp.MustCompile(`Measured on (\S+) `).FindStringSubmatch(results)
	var want [][]string
	for _, step := range []string{"plan", "no-op plan", "refresh-only"} {
		row := regexp.MustCompile(`(?m)^\| ` + step + ` \|.*$`).FindString(table)
		ratios := regexp.MustCompile(`= ([0-9.]+)`).FindAllStringSubmatch(row, -1)
		if date == nil || len(ratios) != 4 {
			t.Fatalf("RESULTS.md has no date or no row %q of 1000 desktops", step)
		}
		want = append(want, []string{ratios[0][1], ratios[1][1], ratios[3][1]}) // Without the wall clock.
	}
	for _, file := range []string{"../../README.md", "../../README.zh-CN.md"} {
		readme := read(t, file)
		var got [][]string
		for _, row := range regexp.MustCompile(`(?m)^\|[^|]+\| ([0-9]\.[0-9]{2}) \| ([0-9]\.[0-9]{2}) \| ([0-9]\.[0-9]{2}) \|$`).FindAllStringSubmatch(readme, -1) {
			got = append(got, row[1:])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ratios (-RESULTS.md +%s):\n%s", file, diff)
		}
		if !strings.Contains(readme, date[1]) {
			t.Errorf("%s does not contain the date %s", file, date[1])
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
