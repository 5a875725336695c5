package simulator_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator"
)

var codeBlock = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// blocks returns the code blocks of a guide in one language.
func blocks(t *testing.T, guide, language string) []string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("../../docs/guides", guide))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, block := range codeBlock.FindAllStringSubmatch(string(page), -1) {
		if block[1] == language {
			found = append(found, block[2])
		}
	}
	return found
}

// withCLI returns an environment in which "terraform" is the CLI under test.
func withCLI(t *testing.T) []string {
	t.Helper()
	acctest.RequireCLI(t)
	terraform, err := acctest.Terraform()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(terraform, filepath.Join(bin, "terraform")); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "CHECKPOINT_DISABLE=1")
}

// Every command of the guide works in a new clone. The test replaces the first
// block, which clones and builds.
func TestUnreleasedBuildsGuide(t *testing.T) {
	t.Parallel()
	env := withCLI(t)
	dir := t.TempDir()
	for name, pkg := range map[string]string{
		"terraform-provider-clouddesktop": "github.com/clouddesktop/terraform-provider-clouddesktop",
		"simulator":                       "github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator/cmd/simulator",
	} {
		if err := acctest.Build(t.Context(), filepath.Join(dir, "bin", name), pkg); err != nil {
			t.Fatal(err)
		}
	}
	commands := blocks(t, "unreleased-builds.md", "shell")
	if len(commands) != 5 || !strings.Contains(commands[0], "make build") {
		t.Fatalf("the guide has other blocks than the test expects: %q", commands)
	}
	script := "trap 'kill $! 2>/dev/null || :' EXIT\n" + strings.Join(commands[1:], "\n")
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = dir, env
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "dev_01-win10-1") {
		t.Errorf("error %v\n%s", err, output)
	}
}

// The commands of the guide print a link and write no state.
func TestConsoleGuide(t *testing.T) {
	t.Parallel()
	s := start(t)
	cli := acctest.NewCLI(t)
	config := blocks(t, "console-without-a-trace.md", "terraform")[0]
	cli.Write("provider.tf", s.ProviderFile(s.URL))
	cli.Write("main.tf", strings.ReplaceAll(config, "ins-3glfot72", simulator.InstanceID))
	cli.MustRun("init")
	for _, command := range blocks(t, "console-without-a-trace.md", "shell") {
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-e", "-c", strings.ReplaceAll(command, "xargs xdg-open", "cat"))
		cmd.Dir, cmd.Env = cli.Dir, append(withCLI(t), cli.Env[0], cli.Env[3]) // HOME and TF_CLI_CONFIG_FILE.
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		output, err := cmd.Output()
		if err != nil || !strings.Contains(string(output), "https://img.qcloud.com/qcloud/app/active_vnc/") {
			t.Errorf("%s: error %v\n%s%s", command, err, output, stderr.String())
		}
	}
	if files := cli.Files(); files["terraform.tfstate"] != "" {
		t.Errorf("the state has %s", files["terraform.tfstate"])
	}
}

// The configuration of the guide orders a desktop, and its commands print the
// credentials of the new user. The simulator replaces the provider block.
func TestGettingStartedGuide(t *testing.T) {
	t.Parallel()
	s := start(t)
	cli := acctest.NewCLI(t)
	order, err := os.ReadFile("../../examples/guides/getting-started/order.tf")
	if err != nil {
		t.Fatal(err)
	}
	cli.Write("provider.tf", s.ProviderFile(s.URL))
	cli.Write("main.tf", string(order))
	commands := strings.ReplaceAll(blocks(t, "getting-started.md", "shell")[0], "terraform apply", "terraform apply -auto-approve")
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-e", "-c", strings.ReplaceAll(commands, "output login", "output -json login"))
	cmd.Dir, cmd.Env = cli.Dir, append(withCLI(t), cli.Env[0], cli.Env[3]) // HOME and TF_CLI_CONFIG_FILE.
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), `"username":"dev_01"`) {
		t.Errorf("error %v\n%s", err, output)
	}
}
