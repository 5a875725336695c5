package acctest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

const (
	module  = "github.com/clouddesktop/terraform-provider-clouddesktop"
	version = "0.0.1"
)

// registries are the default hosts of Terraform and OpenTofu, on which they
// look for "clouddesktop/clouddesktop".
var registries = []string{"registry.terraform.io", "registry.opentofu.org"}

// cliConfig allows no other installation method, so that init sends no network
// requests. With dev_overrides, it would send some.
const cliConfig = `provider_installation {
  filesystem_mirror {
    path = %q
  }
}
`

// InstallProvider creates a mirror in an empty directory with executable as the
// provider. It returns the environment in which the CLI finds the provider only
// there.
func InstallProvider(dir, executable string) ([]string, error) {
	home := filepath.Join(dir, "home")
	mirror := filepath.Join(dir, "mirror")
	config := filepath.Join(dir, "terraformrc")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	for _, registry := range registries {
		unpacked := filepath.Join(mirror, registry, "clouddesktop", "clouddesktop", version, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(unpacked, 0o700); err != nil {
			return nil, err
		}
		if err := os.Symlink(executable, filepath.Join(unpacked, "terraform-provider-clouddesktop_v"+version)); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(config, fmt.Appendf(nil, cliConfig, mirror), 0o600); err != nil {
		return nil, err
	}
	return []string{
		"HOME=" + home,
		"PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + os.TempDir(), // The provider's socket needs a short path.
		"TF_CLI_CONFIG_FILE=" + config,
		"TF_INPUT=0",
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
	}, nil
}
