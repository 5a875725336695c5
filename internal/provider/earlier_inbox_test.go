package provider_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// The inbox was written by a build of 2026-11-25: an apply was interrupted after
// the service had accepted its order. Never write it again, as for the state.
func TestEarlierInbox_listsTheOpenOrder(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	provider := acctest.Provider(t)
	inbox := filepath.Join(t.TempDir(), "inbox")
	if err := os.CopyFS(inbox, os.DirFS("testdata/earlier/inbox")); err != nil {
		t.Fatal(err)
	}
	makePrivate(t, inbox)
	output, err := exec.CommandContext(t.Context(), provider, "orders", "list", "--inbox", inbox, "--json").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var got map[string][]map[string]string
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	want := map[string][]map[string]string{"orders": {{
		"ref": "rajarlrh-7ilrsdddy6tqm5tg", "scope": "/default", "user_group": "dev", "os": "win10", "state": "released",
	}}}
	for _, order := range got["orders"] {
		delete(order, "created") // The time of the copy.
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

// makePrivate sets the modes of an inbox, which git does not keep.
func makePrivate(t *testing.T, inbox string) {
	t.Helper()
	err := filepath.WalkDir(inbox, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o600)
		if entry.IsDir() {
			mode = 0o700
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
}
