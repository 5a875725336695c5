package simulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// finds checks that a check ends with exit code 2 and prints all parts.
func (c *driftCheck) finds(t *testing.T, parts []string, env ...string) {
	t.Helper()
	got := c.shell(t, driftScript, env...)
	if got.Code != 2 {
		t.Errorf("exit code %d, want 2", got.Code)
	}
	for _, part := range parts {
		if !strings.Contains(got.Stdout, part) {
			t.Errorf("%q is missing in:\n%s", part, got.Stdout)
		}
	}
}

// A query finds the desktops of all groups. Unmanaged desktops can be imported
// together, and then the check has no findings.
func TestDriftCheck_unmanaged(t *testing.T) {
	acctest.RequireTerraform(t, 14)
	t.Parallel()
	c := newDriftCheck(t)
	c.MustRun("apply", "-auto-approve")
	if got := c.shell(t, driftScript); got.Code != 0 || !got.Printed("Unmanaged desktops: no findings, 2 desktops listed") {
		t.Errorf("exit code %d, want 0", got.Code)
	}
	first, second := c.Desktop.AddDesktop("design_02", "kylin"), c.Desktop.AddDesktop("build_03", "win10")
	c.finds(t, []string{
		"Changed or removed: no findings, 8 resources compared\n",
		"Unmanaged desktops: 2 findings, 4 desktops listed\n",
		"design_02/" + first + ": \"design_02-kylin-1 (design_02)\", not in the state\n",
		"build_03/" + second + ": ",
	})

	c.Write("import.tf", `
import {
  for_each = { "design_02" = "`+first+`", "build_03" = "`+second+`" }
  to       = clouddesktop_desktop.imported[each.key]
  id       = "${each.key}/${each.value}"
}
resource "clouddesktop_desktop" "imported" {
  for_each = toset(["design_02", "build_03"])
  username = each.key
}
`)
	if r := c.MustRun("apply", "-auto-approve"); !r.Printed("2 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("the import does more:\n%s", r.Stdout)
	}
	if got := c.shell(t, driftScript); got.Code != 0 || !got.Printed("Unmanaged desktops: no findings, 4 desktops listed") {
		t.Errorf("exit code %d, want 0", got.Code)
	}
}

// A truncated list does not mean that there are no unmanaged desktops.
func TestDriftCheck_limit(t *testing.T) {
	acctest.RequireTerraform(t, 14)
	t.Parallel()
	c := newDriftCheck(t)
	c.MustRun("apply", "-auto-approve")
	query := readFile(t, filepath.Join(c.Dir, "fleet.tfquery.hcl"))
	c.Write("fleet.tfquery.hcl", strings.Replace(query, "10000", "1", 1))
	c.fails(t, "List Ends at Its Limit. There are more desktops than the limit of 1.")
	c.Write("fleet.tfquery.hcl", strings.Replace(query, "10000", "2", 1))
	if got := c.shell(t, driftScript); got.Code != 0 {
		t.Errorf("exit code %d, want 0: the list has as many desktops as its limit", got.Code)
	}
}

// Without lists, a data source and a check block find the same desktops.
func TestDriftCheck_unmanagedByDataSource(t *testing.T) {
	t.Parallel()
	c := newExample(t, "guides/unmanaged-desktops")
	if err := os.Remove(filepath.Join(c.Dir, "fleet.tfquery.hcl")); err != nil {
		t.Fatal(err)
	}
	c.Write("drift-check.sh", readFile(t, "../../examples/drift-check/drift-check.sh"))
	c.Write("versions.tf", "terraform {\n  required_providers {\n    clouddesktop = { source = \"clouddesktop/clouddesktop\" }\n  }\n}\n")
	const script = "sh drift-check.sh"
	c.MustRun("init")
	c.MustRun("apply", "-auto-approve")
	if got := c.shell(t, script); got.Code != 0 || !got.Printed("Unmanaged desktops: no findings, 2 desktops listed") {
		t.Errorf("exit code %d, want 0", got.Code)
	}
	uuid := c.Desktop.AddDesktop("design_02", "kylin")
	if r := c.MustRun("plan"); !r.Printed("Nobody manages design_02/" + uuid + ". Import them, or ask who ordered them.") {
		t.Errorf("the check block does not warn:\n%s%s", r.Stdout, r.Stderr)
	}
	if got := c.shell(t, script); got.Code != 2 || !got.Printed("design_02/"+uuid+`: "design_02-kylin-1", not in the state`) {
		t.Errorf("exit code %d, want 2", got.Code)
	}
}

// An interrupted order is a finding; the check does not change it.
func TestDriftCheck_openOrder(t *testing.T) {
	t.Parallel()
	c := newDriftCheck(t)
	c.MustRun("apply", "-auto-approve")
	dir := filepath.Join(t.TempDir(), "inbox")
	store, err := directory.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	intent, err := json.Marshal(ledger.Intent{Kind: ledger.Kind{UserGroup: "design", OS: "win10"}, Scope: "desktops-prod/default", Process: "p"})
	if err != nil {
		t.Fatal(err)
	}
	ref := id.ScopeHash("desktops-prod/default") + "-aaaaaaaaaaaaaaaa"
	if _, err := store.Create(t.Context(), ledger.IntentKey(ref), intent); err != nil {
		t.Fatal(err)
	}
	before, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	c.finds(t, []string{"Open orders: 1 finding\n  order " + ref + ": interrupted, win10 for group design, scope desktops-prod/default, ordered "},
		"DRIFT_INBOX="+dir, "DRIFT_SCOPE=desktops-prod")
	after, err := store.List(t.Context(), "")
	if err != nil || len(after.Entries) != len(before.Entries) {
		t.Errorf("the inbox has %d keys, want %d; %v", len(after.Entries), len(before.Entries), err)
	}
	c.fails(t, "The inbox gs://bucket cannot be read", "DRIFT_INBOX=gs://bucket")
}
