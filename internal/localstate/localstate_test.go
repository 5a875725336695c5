package localstate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	desktops = `{"version": 4, "resources": [
		{"mode": "managed", "type": "clouddesktop_desktop", "instances": [
			{"attributes": {"desktop_uuid": "a"}}, {"attributes": {"desktop_uuid": "b"}}]},
		{"mode": "data", "type": "clouddesktop_desktop", "instances": [{"attributes": {"desktop_uuid": "c"}}]},
		{"mode": "managed", "type": "terraform_data", "instances": [{"attributes": {"id": 1}}]}]}`
	encrypted = `{"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "eA==", "encryption_version": "v0"}`
)

func TestConfig_Emptied(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		workspace string
		files     map[string]string
		path      string // Empty if the state counts as not emptied.
		backup    string
		desktops  []string
		encrypted bool
	}{
		"no state":         {},
		"with content":     {files: map[string]string{"terraform.tfstate": "{}", "terraform.tfstate.backup": desktops}},
		"empty":            {files: map[string]string{"terraform.tfstate": ""}, path: "terraform.tfstate"},
		"with backup":      {files: map[string]string{"terraform.tfstate": "", "terraform.tfstate.backup": desktops}, path: "terraform.tfstate", backup: "terraform.tfstate.backup", desktops: []string{"a", "b"}},
		"empty backup":     {files: map[string]string{"terraform.tfstate": "", "terraform.tfstate.backup": ""}, path: "terraform.tfstate"},
		"encrypted backup": {files: map[string]string{"terraform.tfstate": "", "terraform.tfstate.backup": encrypted}, path: "terraform.tfstate", backup: "terraform.tfstate.backup", encrypted: true},
		"of another workspace": {
			workspace: "prod",
			files:     map[string]string{"terraform.tfstate": ""},
		},
		"of the workspace": {
			workspace: "prod",
			files:     map[string]string{"terraform.tfstate": "{}", "terraform.tfstate.d/prod/terraform.tfstate": ""},
			path:      "terraform.tfstate.d/prod/terraform.tfstate",
		},
		"default workspace": {workspace: "default", files: map[string]string{"terraform.tfstate": ""}, path: "terraform.tfstate"},
		// Terraform empties the local file when it moves the state to a backend.
		"moved to a backend": {files: map[string]string{
			"terraform.tfstate": "", "terraform.tfstate.backup": desktops,
			".terraform/terraform.tfstate": `{"version": 3, "backend": {"type": "http", "config": {"path": ["of", "another", "type"]}}}`,
		}},
		"moved to a state store": {files: map[string]string{
			"terraform.tfstate": "", ".terraform/terraform.tfstate": `{"version": 3, "state_store": {"type": "x_y"}}`,
		}},
		"local backend without settings": {
			files: map[string]string{"terraform.tfstate": "", ".terraform/terraform.tfstate": `{"version": 3, "backend": {"type": "local", "config": {"path": null, "workspace_dir": null}}}`},
			path:  "terraform.tfstate",
		},
		"local backend with a path": {
			files: map[string]string{"terraform.tfstate": "", "x/y": "", ".terraform/terraform.tfstate": `{"version": 3, "backend": {"type": "local", "config": {"path": "x/y"}}}`},
			path:  "x/y",
		},
		"local backend with a folder": {
			workspace: "prod",
			files:     map[string]string{"x/prod/terraform.tfstate": "", ".terraform/terraform.tfstate": `{"version": 3, "backend": {"type": "local", "config": {"workspace_dir": "x"}}}`},
			path:      "x/prod/terraform.tfstate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := write(t, test.files)
			c.Workspace = test.workspace
			got, err := emptied(t, c)
			switch {
			case err != nil:
				t.Fatal(err)
			case got == nil && test.path != "":
				t.Fatal("the state counts as not emptied")
			case got == nil:
				return
			}
			want := Emptied{Path: c.in(test.path), Desktops: test.desktops, Encrypted: test.encrypted}
			if test.backup != "" {
				want.Backup = c.in(test.backup)
			}
			if got.Path != want.Path || got.Backup != want.Backup || got.Encrypted != want.Encrypted || !slices.Equal(got.Desktops, want.Desktops) {
				t.Errorf("%+v, want %+v", *got, want)
			}
		})
	}
}

// Terraform creates an empty file to lock a new state, and empties it before
// each write.
func TestConfig_Emptied_byThisRun(t *testing.T) {
	t.Parallel()
	c := write(t, map[string]string{"terraform.tfstate": ""})
	modified := time.Now().Add(-time.Hour)
	if err := os.Chtimes(c.in("terraform.tfstate"), modified, modified); err != nil {
		t.Fatal(err)
	}
	c.Started = time.Time{}
	if got, err := emptied(t, c); got != nil || err != nil {
		t.Errorf("the start of Terraform is unknown: %v, %v", got, err)
	}
	for age, want := range map[time.Duration]bool{
		time.Millisecond:       true, // Emptied by the run before.
		time.Hour:              true,
		0:                      true,
		-5 * time.Millisecond:  true, // The start time is imprecise.
		-50 * time.Millisecond: false,
	} {
		c.Started = modified.Add(age)
		if got, err := emptied(t, c); err != nil || (got != nil) != want {
			t.Errorf("%s before the start of Terraform: %v, %v, want emptied: %t", age, got, err, want)
		}
	}
}

func TestConfig_Emptied_unreadable(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"terraform.tfstate.backup":     {"terraform.tfstate": "", "terraform.tfstate.backup": "{"},
		".terraform/terraform.tfstate": {"terraform.tfstate": "", ".terraform/terraform.tfstate": "{"},
	} {
		c := write(t, files)
		if got, err := emptied(t, c); err == nil || !strings.Contains(err.Error(), c.in(name)) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// While this run writes the file, it is empty for a moment, with its old time.
func TestConfig_Emptied_duringAWrite(t *testing.T) {
	t.Parallel()
	c := write(t, map[string]string{"terraform.tfstate": ""})
	synctest.Test(t, func(t *testing.T) {
		time.AfterFunc(300*time.Millisecond, func() {
			if err := os.WriteFile(c.in("terraform.tfstate"), []byte("{}"), 0o600); err != nil {
				t.Error(err)
			}
		})
		if got, err := c.Emptied(); got != nil || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// emptied calls Emptied without waiting.
func emptied(t *testing.T, c Config) (got *Emptied, err error) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { got, err = c.Emptied() })
	return got, err
}

// write creates the files of a working directory.
func write(t *testing.T, files map[string]string) Config {
	t.Helper()
	c := Config{Dir: t.TempDir(), Started: time.Now().Add(time.Hour)}
	c.DataDir = c.in(".terraform")
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(c.in(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(c.in(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}
