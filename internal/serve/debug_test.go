package serve_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// The installed provider is a program that fails, so the plan must be from the
// process that this test starts.
func TestServe_debugger(t *testing.T) {
	t.Parallel()
	provider := exec.CommandContext(t.Context(), acctest.Provider(t), "-debug")
	stdout, err := provider.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Start(); err != nil {
		t.Fatal(err)
	}
	cli := acctest.NewCLIFor(t, "/bin/false")
	// The process prints the provider address with the host of Terraform's
	// registry.
	cli.Write("main.tf", strings.Replace(config, `"clouddesktop/clouddesktop"`, `"registry.terraform.io/clouddesktop/clouddesktop"`, 1))
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "TF_REATTACH_PROVIDERS="); ok {
			cli.Env = append(cli.Env, "TF_REATTACH_PROVIDERS="+strings.Trim(value, "'"))
			break
		}
	}
	cli.MustRun("init")
	if plan := cli.MustRun("plan"); !plan.Printed("1 to add") {
		t.Errorf("no plan in:\n%s", plan.Stdout)
	}
	if err := provider.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := provider.Wait(); err != nil {
		t.Errorf("after an interrupt: %v", err)
	}
}
