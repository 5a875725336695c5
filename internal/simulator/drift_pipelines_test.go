package simulator_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// fakeGH is a fake of the GitHub CLI, for a repository with at most one issue.
// It accepts only the commands in the workflow.
const fakeGH = `#!/bin/sh
set -eu
: "${GH_TOKEN:?}" "${GH_REPO:?}"
number() { [ ! -f "$ISSUE/open" ] || echo 7; }
case "$*" in
'issue list --label drift --state open --limit 1 --json number --jq .[].number') number ;;
'label create drift --force') touch "$ISSUE/label" ;;
'issue create --title Drift check --label drift --body-file '*) [ -f "$ISSUE/label" ] && cp "$8" "$ISSUE/open" && echo created >>"$ISSUE/log" ;;
'issue edit 7 --body-file '*) [ -f "$ISSUE/open" ] && cp "${5}" "$ISSUE/open" && echo edited >>"$ISSUE/log" ;;
'issue close 7 --comment '*) rm "$ISSUE/open" && echo closed >>"$ISSUE/log" ;;
*) echo "unexpected: gh $*" >&2; exit 64 ;;
esac
`

// step is a step of a workflow.
type step struct {
	Name string            `yaml:"name"`
	Uses string            `yaml:"uses"`
	Run  string            `yaml:"run"`
	Env  map[string]string `yaml:"env"`
}

// readYAML decodes a file of an example.
func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(content, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// workflowSteps returns the steps of a workflow's only job, by name.
func workflowSteps(t *testing.T, file string) map[string]step {
	t.Helper()
	var workflow struct {
		Jobs map[string]struct {
			Steps []step `yaml:"steps"`
		} `yaml:"jobs"`
	}
	readYAML(t, file, &workflow)
	steps := map[string]step{}
	for _, job := range workflow.Jobs {
		for _, s := range job.Steps {
			if s.Uses != "" && !pinned.MatchString(s.Uses) {
				t.Errorf("%s is not pinned by its commit", s.Uses)
			}
			steps[s.Name] = s
		}
	}
	return steps
}

var pinned = regexp.MustCompile(`@[0-9a-f]{40}$`)

func writeProgram(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
}

// A workflow run reports drift in the log, the summary and one issue. The run
// after the repair closes the issue.
func TestDriftCheck_github(t *testing.T) {
	t.Parallel()
	c := newDriftCheck(t)
	c.MustRun("apply", "-auto-approve")
	steps := workflowSteps(t, filepath.Join(c.Dir, ".github", "workflows", "drift-check.yml"))
	writeProgram(t, filepath.Join(c.bin, "gh"), fakeGH)
	issue := t.TempDir()
	c.Env = append(c.Env, "ISSUE="+issue, "GH_TOKEN=token", "GH_REPO=example/desktops", "GITHUB_ACTIONS=true", "DRIFT_REPORTS=reports",
		"GITHUB_STEP_SUMMARY="+filepath.Join(issue, "summary"), "GITHUB_OUTPUT="+filepath.Join(issue, "output"))
	run := func(code, log string, env ...string) string {
		t.Helper()
		checked := c.shell(t, steps["Check for drift"].Run, env...)
		if !strings.HasSuffix(readFile(t, filepath.Join(issue, "output")), "code="+code+"\n") {
			t.Errorf("the step's output is not code=%s", code)
		}
		if r := c.shell(t, steps["Open or close the issue"].Run, "CODE="+code); r.Code != 0 {
			t.Errorf("the issue: %s", r.Stderr)
		}
		if got := readFile(t, filepath.Join(issue, "log")); got != log {
			t.Errorf("the issue was %q, want %q", got, log)
		}
		return checked.Stdout
	}

	run("0", "")
	c.Desktop.SetVolumes(c.uuidOf(t, "design_01"), 80*gib)
	const finding = "clouddesktop_desktop.team[\"design\"] disk_gib: 50 -> 80"
	if got := run("2", "created\n"); !strings.Contains(got, "::warning title=Changed or removed::"+finding+"\n") {
		t.Errorf("no annotation in:\n%s", got)
	}
	for _, file := range []string{"open", "summary"} {
		if !strings.Contains(readFile(t, filepath.Join(issue, file)), "`clouddesktop_desktop.team[\"design\"] disk_gib`: `50 -> 80`") {
			t.Errorf("the %s does not name the disk", file)
		}
	}
	run("2", "created\nedited\n")
	// It is unknown whether there is still drift.
	run("1", "created\nedited\n", "CLOUDDESKTOP_ENDPOINT=http://127.0.0.1:1")
	c.Desktop.SetVolumes(c.uuidOf(t, "design_01"), 50*gib)
	run("0", "created\nedited\nclosed\n")
}

// The commands of the GitLab job write a report that GitLab shows.
func TestDriftCheck_gitlab(t *testing.T) {
	t.Parallel()
	c := newDriftCheck(t)
	c.MustRun("apply", "-auto-approve")
	c.Desktop.SetVolumes(c.uuidOf(t, "design_01"), 80*gib)
	var pipeline struct {
		Job struct {
			Variables map[string]string `yaml:"variables"`
			Script    []string          `yaml:"script"`
			Artifacts struct {
				Reports map[string]string `yaml:"reports"`
			} `yaml:"artifacts"`
		} `yaml:"drift-check"`
	}
	readYAML(t, filepath.Join(c.Dir, ".gitlab-ci.yml"), &pipeline)
	for name, value := range pipeline.Job.Variables {
		c.Env = append(c.Env, name+"="+value)
	}
	if got := c.shell(t, strings.Join(pipeline.Job.Script, "\n")); got.Code != 2 {
		t.Errorf("exit code %d, want 2", got.Code)
	}
	var report struct {
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal([]byte(readFile(t, filepath.Join(c.Dir, pipeline.Job.Artifacts.Reports["junit"]))), &report); err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, test := range report.Cases {
		if test.Failure != nil {
			failed = append(failed, test.Name)
		}
	}
	if diff := cmp.Diff([]string{`clouddesktop_desktop.team["design"] disk_gib`}, failed); diff != "" || report.Failures != 1 {
		t.Errorf("%d failures (-want +got):\n%s", report.Failures, diff)
	}
}

// readFile returns a file, or nothing if it does not exist.
func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(content)
}
