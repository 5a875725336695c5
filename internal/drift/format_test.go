package drift_test

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/drift"
)

var update = flag.Bool("update", false, "write the reports in testdata anew")

var formats = []string{"text", "json", "markdown", "github", "junit"}

const ignoreFile = `{"ignore": [
  {"address": "clouddesktop_desktop.known", "attribute": "disk_*", "reason": "grown by hand, order 17", "expires": "2026-11-25"},
  {"address": "clouddesktop_desktop.*", "attribute": "desktop_name", "reason": "renamed for the fair", "expires": "2026-11-24"},
  {"desktop": "lab_*/*", "reason": "belongs to the lab", "expires": "2027-06-30"},
  {"address": "clouddesktop_desktop.nothing", "attribute": "removed", "reason": "left over", "expires": "2027-06-30"}
]}`

// everything returns files with a finding of each kind.
func everything(t *testing.T) (f *files, args []string) {
	t.Helper()
	f = newFiles(t)
	f.inbox.order(1, "desktops-prod/default", devGroup(), ledger.Turn{Kind: ledger.Delivered, Username: "dev_05", UUID: "uuid-5"})
	drifted := strings.Join([]string{
		gone,
		changed(`clouddesktop_desktop.team["design"]`, `{"disk_gib":50,"desktop_name":"a"}`, `{"disk_gib":80,"desktop_name":"100% \"mine\"\n::error::<b>"}`),
		changed("clouddesktop_desktop.known", `{"disk_gib":50}`, `{"disk_gib":60}`),
		`{"address":"clouddesktop_desktop.secret","type":"clouddesktop_desktop","change":{"before":{"disk_gib":77},"after":{"disk_gib":99},"before_sensitive":{"disk_gib":true},"after_sensitive":{}}}`,
		`{"address":"random_pet.other","type":"random_pet","change":{"before":{"length":2},"after":{"length":3},"before_sensitive":{},"after_sensitive":{}}}`,
	}, ",")
	resources := strings.Join([]string{
		managed("a", "design_01", "uuid-1"),
		managed("known", "开发_01", "uuid-2"),
		`{"address":"clouddesktop_desktop_policy.all","mode":"managed","type":"clouddesktop_desktop_policy","values":{},"sensitive_values":{}}`,
		`{"address":"random_pet.other","mode":"managed","type":"random_pet","values":{"username":{"not":"text"}},"sensitive_values":{}}`,
	}, ",")
	return f, []string{
		f.write("plan.json", planOf(drifted, resources)),
		"--query", f.write("query.json", queryOf(4, found("design_01", "uuid-1"), found("开发_01", "uuid-2"), found("开发_02", "uuid-5"), found("lab_01", "uuid-6"))),
		"--ignore", f.write("ignore.json", ignoreFile),
		"--inbox", "s3://bucket/prefix", "--scope", "desktops-prod",
	}
}

func TestCommand_formats(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			f, args := everything(t)
			got := f.run(append(args, "--format", format)...)
			if got.code != 2 || got.stderr != "" {
				t.Errorf("exit code %d, want 2; stderr: %s", got.code, got.stderr)
			}
			golden := filepath.Join("testdata", "report."+format)
			if *update {
				if err := os.WriteFile(golden, []byte(got.stdout), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.stdout); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

// Every format has all four sections, even if no file could be read.
func TestCommand_sectionsAlways(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			titles := []string{"Changed or removed", "Unmanaged desktops", "Open orders", "Not visible"}
			if format == "json" {
				titles = []string{`"changed_or_removed"`, `"unmanaged"`, `"open_orders"`, `"not_visible"`, `"schema_version": "1.0"`}
			}
			f := newFiles(t)
			f.run("--format", format, f.write("plan.json", planOf("", managed("a", "u", "1")))).check(t, 0, titles...)
			f.run("--format", format, f.write("half.json", `{"format_version":"1.2","resource_drift":[`)).check(t, 1, titles...)
		})
	}
}

func TestCommand_out(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan, out := f.write("plan.json", planOf(gone, "")), filepath.Join(f.dir, "report.xml")
	if got := f.run(plan, "--format=junit", "--out", out); got.code != 2 || got.stdout != "" {
		t.Errorf("exit code %d, want 2; stdout: %s", got.code, got.stdout)
	}
	content, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(content), "clouddesktop_desktop.gone") {
		t.Errorf("report %s, error %v", content, err)
	}
	f.run(plan, "--out", filepath.Join(f.dir, "nowhere", "report")).check(t, 1, "the report cannot be written to", "no such file or directory")
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestCommand_closedOutput(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	for _, format := range formats {
		command := drift.Command{Stdout: brokenPipe{}, Stderr: io.Discard, Now: time.Now}
		if code := command.Run(t.Context(), []string{f.write("plan.json", planOf("", managed("a", "u", "1"))), "--format", format}); code != 1 {
			t.Errorf("%s: exit code %d, want 1: nobody got the report", format, code)
		}
	}
}

// FuzzCommand_names tests names from the service in every format.
func FuzzCommand_names(f *testing.F) {
	for _, seed := range []string{
		"dev_01", "开发_01", "کاربر\u200cها", "\u202egnp.exe", "a\n::error::x", "##[error]x", "`` ` ```", "<img src=x>", "@everyone", "\x1b[2J", "\xff\xfe", "a|b", "]]>&amp;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, format := range formats {
			checkNames(t, format, name)
		}
	})
}
