package acctest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

const (
	module  = "github.com/clouddesktop/terraform-provider-clouddesktop"
	address = "registry.terraform.io/clouddesktop/clouddesktop"
	version = "0.0.1"
)

// cliConfig has no other way to install a provider, so that init never asks
// the network. With dev_overrides it would.
const cliConfig = `provider_installation {
  filesystem_mirror {
    path = %q
  }
}
`

// InstallProvider fills an empty directory with a mirror that holds executable as the
// provider, and returns the environment in which the Terraform CLI finds it
// there and nothing else anywhere.
func InstallProvider(dir, executable string) ([]string, error) {
	home := filepath.Join(dir, "home")
	mirror := filepath.Join(dir, "mirror")
	config := filepath.Join(dir, "terraformrc")
	unpacked := filepath.Join(mirror, filepath.FromSlash(address), version, runtime.GOOS+"_"+runtime.GOARCH)
	for _, d := range []string{home, unpacked} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	if err := os.Symlink(executable, filepath.Join(unpacked, "terraform-provider-clouddesktop_v"+version)); err != nil {
		return nil, err
	}
	if err := os.WriteFile(config, fmt.Appendf(nil, cliConfig, mirror), 0o600); err != nil {
		return nil, err
	}
	return []string{
		"HOME=" + home,
		"PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + os.TempDir(), // The socket of the provider: a longer path would not do.
		"TF_CLI_CONFIG_FILE=" + config,
		"TF_INPUT=0",
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
	}, nil
}
