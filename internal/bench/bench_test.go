package main

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// The number of requests is tested, because it does not depend on the machine:
// at most two for each new desktop (its order and its name), and one per user
// in a refresh.
func TestRun_comparesTheProviders(t *testing.T) {
	acctest.RequireCLI(t)
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), &out, settings{sizes: "12,13", rounds: 1, largestApply: 12, callbacks: 64}); err != nil {
		t.Fatal(err)
	}
	requests := map[string]string{}
	row := regexp.MustCompile(`^\| (.+?) \| .* = [0-9.]+ \| ([0-9]+) \|$`)
	size := ""
	for line := range strings.Lines(out.String()) {
		if title, found := strings.CutPrefix(line, "## "); found {
			size, _, _ = strings.Cut(title, " ")
		}
		if match := row.FindStringSubmatch(strings.TrimSpace(line)); match != nil {
			requests[size+" "+match[1]] = match[2]
		}
	}
	// There is one list before the first order of the group, and concurrent
	// lookups of names share a request.
	if n, err := strconv.Atoi(requests["12 apply"]); err != nil || n < 14 || n > 25 {
		t.Errorf("an apply sends %q requests", requests["12 apply"])
	}
	delete(requests, "12 apply")
	want := map[string]string{"12 start-up": "0", "12 plan": "0", "12 plan after apply": "1", "12 no-op plan": "1", "12 refresh-only": "1", "13 no-op plan": "1", "13 refresh-only": "1"}
	if diff := cmp.Diff(want, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s%s", diff, out.String())
	}
	for _, kind := range []string{"directory", "bucket", "relay"} {
		if !regexp.MustCompile(`its order, ` + kind + `: .*, of 20 orders\.\n`).MatchString(out.String()) {
			t.Errorf("no latency of the %s in:\n%s", kind, out.String())
		}
		if !regexp.MustCompile(`(?m)^\| ` + kind + ` \| [0-9]+ \| [0-9.]+[µm]?s \| [0-9.]+[µm]?s \|$`).MatchString(out.String()) {
			t.Errorf("no rate of the %s in:\n%s", kind, out.String())
		}
	}
}

func TestParse_rejectsOtherText(t *testing.T) {
	t.Parallel()
	for _, sizes := range []string{"", "0", "ten", "10,"} {
		if _, err := parse(sizes); err == nil {
			t.Errorf("%q is accepted as numbers", sizes)
		}
	}
}

func TestRatio_ofMedians(t *testing.T) {
	t.Parallel()
	used := func(walls ...time.Duration) (samples []usage) {
		for _, wall := range walls {
			samples = append(samples, usage{wall: wall})
		}
		return samples
	}
	got := ratio(used(9e9, 1e9, 2e9), used(4e9, 3e9, 1e11), usage.wallSeconds, "%.1f s")
	if want := "2.0 s / 4.0 s = 0.50"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
