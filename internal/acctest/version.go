package acctest

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"sync"
	"testing"
)

// RequireTerraform skips a test of what came with Terraform 1.minor where the
// Terraform CLI is older.
func RequireTerraform(t testing.TB, minor int) {
	t.Helper()
	if have := TerraformMinor(t); have < minor {
		t.Skipf("Terraform 1.%d does not know what came with 1.%d", have, minor)
	}
}

// TerraformMinor returns the second number of the version of the Terraform CLI.
func TerraformMinor(t testing.TB) int {
	t.Helper()
	minor, err := terraformMinor()
	if err != nil {
		t.Fatal(err)
	}
	return minor
}

var terraformMinor = sync.OnceValues(func() (int, error) {
	path, err := Terraform()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(path, "version", "-json")
	cmd.Env = []string{"CHECKPOINT_DISABLE=1"}
	output, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	var version struct {
		Terraform string `json:"terraform_version"`
	}
	if err := json.Unmarshal(output, &version); err != nil {
		return 0, err
	}
	minor := 0
	if _, err := fmt.Sscanf(version.Terraform, "1.%d.", &minor); err != nil {
		return 0, fmt.Errorf("version %q of Terraform: %w", version.Terraform, err)
	}
	return minor, nil
})
