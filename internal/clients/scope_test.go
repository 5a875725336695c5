package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCallback_scope(t *testing.T) {
	t.Parallel()
	selected := t.TempDir() // The data directory, in which "terraform workspace select" writes the name.
	if err := os.WriteFile(filepath.Join(selected, "environment"), []byte("blue\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	inbox := written{"inbox": text("/some/folder"), "scope": text("prod")}
	for name, c := range map[string]struct {
		environment map[string]string
		attributes  written
		want        string
	}{
		"default workspace":           {nil, nil, "default"},
		"selected workspace":          {map[string]string{"TF_DATA_DIR": selected}, nil, "blue"},
		"workspace of a variable":     {map[string]string{"TF_DATA_DIR": selected, "TF_WORKSPACE": "green"}, nil, "green"},
		"scope":                       {nil, written{"scope": text("prod")}, "prod/default"},
		"scope, selected workspace":   {map[string]string{"TF_DATA_DIR": selected}, inbox, "prod/blue"},
		"inbox, HCP Terraform":        {map[string]string{"TFC_WORKSPACE_NAME": "team"}, written{"inbox": text("/some/folder")}, "team/default"},
		"scope before HCP Terraform":  {map[string]string{"TFC_WORKSPACE_NAME": "team"}, inbox, "prod/default"},
		"HCP Terraform without inbox": {map[string]string{"TFC_WORKSPACE_NAME": "team"}, nil, "team/default"},
	} {
		if got, err := callbackSettings(c.environment, c.attributes).scope(); got != c.want || err != nil {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.want)
		}
	}
	_, err := callbackSettings(nil, written{"inbox": text("/some/folder")}).scope()
	if err == nil || !strings.Contains(err.Error(), "scope") {
		t.Errorf("an inbox without a scope: %v", err)
	}
}
