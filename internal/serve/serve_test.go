package serve_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// A plan of config sends no request to the service.
const config = `
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}

provider "clouddesktop" {
  desktop { endpoint = "http://127.0.0.1:1" }
}

resource "clouddesktop_desktop" "this" {
  user_group = "design"
  os         = "win10"
}
`

// Without TF_LOG, Terraform discards the log of a provider after it has parsed
// every line.
func TestServe_logsOnlyWithTFLOG(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env  []string
		want []string
	}{
		"no variable": {},
		"TF_LOG=trace": {
			env: []string{"TF_LOG=trace"},
			want: []string{
				`"@module":"sdk.proto"`, `"@message":"Received request"`,
				`"@module":"sdk.framework"`, `"tf_rpc":"PlanResourceChange"`,
				`"@message":"plugin address"`,
			},
		},
		"TF_LOG_SDK_FRAMEWORK=debug": {
			env:  []string{"TF_LOG_SDK_FRAMEWORK=debug"},
			want: []string{`"@module":"sdk.framework"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli, stderr := withStderr(t)
			cli.Write("main.tf", config)
			cli.MustRun("init")
			stderr()
			cli.Env = append(cli.Env, tt.env...)
			cli.MustRun("plan")
			written := stderr()
			if len(tt.want) == 0 && written != "" {
				t.Errorf("the provider wrote %d bytes:\n%.2000s", len(written), written)
			}
			for _, line := range tt.want {
				if !strings.Contains(written, line) {
					t.Errorf("there is no %s in the %d bytes that the provider wrote", line, len(written))
				}
			}
		})
	}
}

// withStderr returns a CLI and a function that returns what the provider
// processes have written to stderr since its last call.
func withStderr(t *testing.T) (*acctest.CLI, func() string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "stderr")
	script := fmt.Sprintf("#!/bin/sh\nexec %q \"$@\" 2>>%q\n", acctest.Provider(t), log)
	wrapper := filepath.Join(dir, "provider")
	if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return acctest.NewCLIFor(t, wrapper), func() string {
		t.Helper()
		content, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(log, 0); err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
}
