package acctest

import (
	"fmt"
	"os/exec"
	"sync"
	"testing"
)

// Version is the version of the CLI under test.
type Version struct {
	// OpenTofu is true for OpenTofu, whose numbers differ from Terraform's.
	OpenTofu bool
	// Minor and Patch follow the major version, which is 1.
	Minor, Patch int
}

// noOpenTofu is a version that is newer than any OpenTofu.
const noOpenTofu = 1 << 10

// openTofuMinors maps a minor version of Terraform that added features to the
// first OpenTofu that has all of those that the tests use. All OpenTofu
// versions have the features of older Terraform versions.
var openTofuMinors = map[int]int{
	10: 11,         // Ephemeral resources.
	11: 11,         // Write-only arguments.
	12: 12,         // Import by identity.
	14: noOpenTofu, // Lists and actions.
}

// Supports reports whether the CLI has the features of Terraform 1.minor.
func (v Version) Supports(minor int) bool {
	if !v.OpenTofu {
		return v.Minor >= minor
	}
	needed := 0
	for terraform, tofu := range openTofuMinors {
		if terraform <= minor {
			needed = max(needed, tofu)
		}
	}
	return v.Minor >= needed
}

// GeneratesConfig reports whether a plan accepts an import block without a
// resource block. In Terraform 1.16.0 to 1.16.2 it fails:
// https://github.com/hashicorp/terraform/issues/39144
func (v Version) GeneratesConfig() bool {
	return v.OpenTofu || v.Minor != 16 || v.Patch > 2
}

// RemovedLifecycle reports whether a removed block has a lifecycle block. Before
// OpenTofu 1.10 a removed block never destroys.
func (v Version) RemovedLifecycle() bool {
	return !v.OpenTofu || v.Minor >= 10
}

// Opens returns how often a plan and its apply open an ephemeral resource that
// is not used. OpenTofu does not open it in the apply.
func (v Version) Opens() int {
	if v.OpenTofu {
		return 1
	}
	return 2
}

// Command is the usual name of the CLI's executable.
func (v Version) Command() string {
	if v.OpenTofu {
		return "tofu"
	}
	return "terraform"
}

// Registry is the default host of a provider address.
func (v Version) Registry() string {
	if v.OpenTofu {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}

func (v Version) String() string {
	name := "Terraform"
	if v.OpenTofu {
		name = "OpenTofu"
	}
	return fmt.Sprintf("%s 1.%d.%d", name, v.Minor, v.Patch)
}

// RequireTerraform skips a test of a feature that Terraform 1.minor added if
// the CLI does not have it.
func RequireTerraform(t testing.TB, minor int) {
	t.Helper()
	if v := CLIVersion(t); !v.Supports(minor) {
		t.Skipf("%s does not have the features of Terraform 1.%d", v, minor)
	}
}

// CLIVersion returns the version of the CLI under test.
func CLIVersion(t testing.TB) Version {
	t.Helper()
	RequireCLI(t)
	version, err := InstalledVersion()
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// InstalledVersion runs the CLI to get its version, once per process.
var InstalledVersion = sync.OnceValues(func() (Version, error) {
	path, err := Terraform()
	if err != nil {
		return Version{}, err
	}
	// The output in JSON looks the same for both CLIs.
	cmd := exec.Command(path, "version")
	cmd.Env = []string{"CHECKPOINT_DISABLE=1"}
	output, err := cmd.Output()
	if err != nil {
		return Version{}, fmt.Errorf("%s version: %w", path, err)
	}
	return parseVersion(string(output))
})

func parseVersion(output string) (Version, error) {
	var name string
	var v Version
	if _, err := fmt.Sscanf(output, "%s v1.%d.%d", &name, &v.Minor, &v.Patch); err != nil {
		return Version{}, fmt.Errorf("version %q: %w", output, err)
	}
	v.OpenTofu = name == "OpenTofu"
	return v, nil
}
