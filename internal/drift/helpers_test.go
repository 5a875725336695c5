package drift_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/drift"
)

// today is the day of every check of these tests.
const today = "2026-11-25"

// files is a directory with the files of a check.
type files struct {
	t   *testing.T
	dir string
	// inbox is the result of OpenInbox, unless address returns an error.
	inbox   *inboxOf
	address error
}

func newFiles(t *testing.T) *files {
	t.Helper()
	return &files{t: t, dir: t.TempDir(), inbox: newInbox(t)}
}

// write writes a file and returns its path.
func (f *files) write(name, content string) string {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return path
}

// outcome is the result of the subcommand.
type outcome struct {
	code           int
	stdout, stderr string
}

func (f *files) run(args ...string) outcome {
	f.t.Helper()
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		f.t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	command := drift.Command{
		Stdin: strings.NewReader(planOf("", managed("stdin", "in_01", "uuid-in"))), Stdout: &stdout, Stderr: &stderr,
		Now:       func() time.Time { return now.Add(23 * time.Hour).In(time.FixedZone("east", 8*60*60)) }, // In this time zone, it is already tomorrow.
		OpenInbox: func(string) (inbox.Store, error) { return f.inbox.open(), f.address },
	}
	code := command.Run(f.t.Context(), args)
	return outcome{code, stdout.String(), stderr.String()}
}

// check checks the exit code, and that the output contains all parts.
func (o outcome) check(t *testing.T, code int, parts ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", o.code, code, o.stdout, o.stderr)
	}
	for _, part := range parts {
		if !strings.Contains(o.stdout+o.stderr, part) {
			t.Errorf("%q is missing in:\n%s%s", part, o.stdout, o.stderr)
		}
	}
}

// lacks checks that the output does not contain text.
func (o outcome) lacks(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(o.stdout+o.stderr, text) {
		t.Errorf("%q is printed:\n%s%s", text, o.stdout, o.stderr)
	}
}

// planOf returns a plan in JSON. flags replaces its last fields.
func planOf(drifted, resources string, flags ...string) string {
	end := `"applyable":false,"complete":true,"errored":false`
	if len(flags) > 0 {
		end = strings.Join(flags, ",")
	}
	return fmt.Sprintf(`{"format_version":"1.2","terraform_version":"1.14.0","planned_values":{"root_module":{}},"resource_drift":[%s],`+
		`"prior_state":{"format_version":"1.0","values":{"outputs":{"x":{"value":[1,{"a":null}]}},"root_module":{"resources":[%s]}}},`+
		`"configuration":{"root_module":{}},%s}`, drifted, resources, end)
}

// managed returns a desktop in the state.
func managed(name, username, uuid string) string {
	return fmt.Sprintf(`{"address":"clouddesktop_desktop.%s","mode":"managed","type":"clouddesktop_desktop",`+
		`"values":{"username":%q,"desktop_uuid":%q,"disk_gib":50,"password":"s3cret-of-the-state","timeouts":null},"sensitive_values":{"password":true}}`, name, username, uuid)
}

// changed returns a resource that differs from the state.
func changed(address, before, after string) string {
	return fmt.Sprintf(`{"address":%q,"mode":"managed","type":"clouddesktop_desktop","change":{"actions":["update"],"before":%s,"after":%s,`+
		`"before_sensitive":{"password":true},"after_sensitive":{"password":true}}}`, address, before, after)
}

const gone = `{"address":"clouddesktop_desktop.gone","mode":"managed","type":"clouddesktop_desktop","change":{"actions":["delete"],` +
	`"before":{"username":"build_01","desktop_uuid":"uuid-9","password":"s3cret-of-the-state"},"after":null,"before_sensitive":{"password":true},"after_sensitive":false}}`

// queryOf returns the output of a query with one list block.
func queryOf(total int, lines ...string) string {
	return `{"@level":"info","@message":"Terraform 1.14.0","type":"version","terraform":"1.14.0","ui":"1.2"}
{"@level":"info","type":"list_start","list_start":{"address":"list.clouddesktop_desktop.all","resource_type":"clouddesktop_desktop","input_config":{}}}
` + strings.Join(lines, "") + fmt.Sprintf(`{"@level":"info","type":"list_complete","list_complete":{"address":"list.clouddesktop_desktop.all","resource_type":"clouddesktop_desktop","total":%d}}
`, total)
}

func found(username, uuid string) string {
	return fmt.Sprintf(`{"@level":"info","type":"list_resource_found","list_resource_found":{"address":"list.clouddesktop_desktop.all","display_name":%q,`+
		`"identity":{"desktop_uuid":%q,"username":%q},"identity_version":0,"resource_type":"clouddesktop_desktop"}}
`, username+"-win10-1 ("+username+")", uuid, username)
}
