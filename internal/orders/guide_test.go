package orders_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

const guide = "../../docs/guides/interrupted-runs.md"

var shellBlock = regexp.MustCompile("(?ms)^```shell\n(.*?)^```$")

// Every command of the guide works after "terraform init".
func TestGuide_commands(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", `
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}
`)
	cli.MustRun("init")
	b := &box{t: t, dir: cli.Dir}
	var err error
	if b.store, err = directory.New(filepath.Join(cli.Dir, ".terraform", "clouddesktop")); err != nil {
		t.Fatal(err)
	}
	// The order that each command is run with, and what the command prints.
	delivered := ledger.Turn{Kind: ledger.Delivered, Username: "dev_01", UUID: uuid}
	about := map[string][]string{
		"show REF":                   {b.order("prod/default", "dev"), "State:"},
		"release REF":                {b.order("prod/default", "dev", delivered), "is released"},
		"release REF --desktop UUID": {b.order("prod/default", "dev"), "is released"},
		"close REF":                  {b.order("prod/default", "dev"), "is closed"},
	}
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	setup := "set -e\n"
	for n, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		command := block[1]
		switch {
		case n == 0:
			setup += command // It defines the command.
			continue
		case strings.HasPrefix(command, "terraform apply"):
			_, command, _ = strings.Cut(command, "\n") // There is no service in this test.
		}
		code, want := 0, "interrupted"
		for name, with := range about {
			if strings.HasSuffix(command, "orders "+name+"\n") {
				command = strings.NewReplacer("REF", with[0], "UUID", uuid).Replace(command)
				want = with[1]
			}
		}
		if strings.Contains(command, " release ") || strings.Contains(command, " close ") {
			command = strings.TrimSuffix(command, "\n") + " --yes\n"
		}
		if strings.Contains(command, "--exit-code") {
			code = 2
		}
		command = strings.NewReplacer("s3://bucket/prefix?region=eu-central-1", ".terraform/clouddesktop", "desktops-prod", "prod").Replace(command)
		shell := exec.CommandContext(t.Context(), "/bin/sh", "-c", setup+command)
		shell.Dir, shell.Env = cli.Dir, cli.Env
		output, err := shell.CombinedOutput()
		if shell.ProcessState.ExitCode() != code || !strings.Contains(string(output), want) {
			t.Errorf("%s: %v, want %q\n%s", command, err, want, output)
		}
		delete(about, strings.TrimSpace(strings.NewReplacer("terraform-provider-clouddesktop orders ", "", "\n", "").Replace(block[1])))
	}
	if len(about) > 0 {
		t.Errorf("the guide lacks commands: %v", about)
	}
}

func TestGuide_retentionTimes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("removed after %d days", int(ledger.SweepAfter.Hours()/24)); !strings.Contains(string(text), want) {
		t.Errorf("the guide does not say %q", want)
	}
}
