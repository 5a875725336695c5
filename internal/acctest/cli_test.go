package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

const config = `
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}
`

func TestCLI_runsTheBuiltProvider(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", config)
	cli.MustRun("init")
	if got := cli.MustRun("version"); !strings.Contains(got.Stdout, acctest.CLIVersion(t).Registry()+"/clouddesktop/clouddesktop v0.0.1") {
		t.Errorf("the provider is not installed:\n%s", got.Stdout)
	}
	if got := cli.MustRun("providers", "schema", "-json"); !strings.Contains(got.Stdout, `"clouddesktop_desktop"`) {
		t.Errorf("the provider has no desktop:\n%s", got.Stdout)
	}
}

func TestCLI_reportsFailures(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t)
	cli.Write("modules/none/main.tf", `output "long" { value = "${var.that_is_not_declared_anywhere_in_this_module_nor_in_any_other_one}" }`)
	cli.Write("main.tf", `module "none" { source = "./modules/none" }`)
	cli.MustRun("init", "-backend=false")
	got := cli.Run("validate")
	if got.Code != 1 {
		t.Errorf("exit code %d, want 1", got.Code)
	}
	if !got.Printed(`An input variable with the name "that_is_not_declared_anywhere_in_this_module_nor_in_any_other_one" has not been declared.`) {
		t.Errorf("the wrapped text is not found in:\n%s", got.Stderr)
	}
	if got.Printed("Success!") || strings.Contains(got.Stderr, "\x1b") {
		t.Errorf("stderr: %q", got.Stderr)
	}
}

func TestCLI_withoutTheDevelopersEnvironment(t *testing.T) {
	t.Setenv("TF_VAR_leak", "leaked")
	t.Setenv("CLOUDDESKTOP_ENDPOINT", "leaked")
	script := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nenv\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_ACC_TERRAFORM_PATH", script)
	cli := acctest.NewCLIFor(t, "unused")
	cli.Env = append(cli.Env, "TF_VAR_wanted=1")
	got := cli.MustRun("plan")
	if strings.Contains(got.Stdout, "leaked") || !strings.Contains(got.Stdout, "TF_VAR_wanted=1") {
		t.Errorf("environment:\n%s", got.Stdout)
	}
}
