// Package acctest runs the built provider with Terraform or OpenTofu.
package acctest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/serve"
)

// CLI is a working directory in which Terraform or OpenTofu runs the built
// provider. Both run without the environment of the developer.
type CLI struct {
	// Dir is the working directory of the commands.
	Dir string
	// Env is the complete environment of the commands. Tests may append to it.
	Env []string

	t         testing.TB
	terraform string
}

// Result is the outcome of a command.
type Result struct {
	// Stdout and Stderr are its output, without colours.
	Stdout, Stderr string
	// Code is its exit code, or -1 if a signal ended it.
	Code int
}

// NewCLI returns an empty working directory for the provider of this module.
func NewCLI(t testing.TB) *CLI {
	t.Helper()
	RequireCLI(t)
	return NewCLIFor(t, Provider(t))
}

// NewCLIFor is like NewCLI, but with another executable as the provider.
func NewCLIFor(t testing.TB, executable string) *CLI {
	t.Helper()
	RequireCLI(t)
	terraform, err := Terraform()
	if err != nil {
		t.Fatal(err)
	}
	env, err := InstallProvider(t.TempDir(), executable)
	if err != nil {
		t.Fatal(err)
	}
	setShadow()
	env = append(env, serve.ShadowVariable+"="+os.Getenv(serve.ShadowVariable))
	return &CLI{Dir: t.TempDir(), Env: env, t: t, terraform: terraform}
}

// Write writes a file below the working directory.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	path := filepath.Join(c.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Run runs a command and waits for it.
func (c *CLI) Run(args ...string) Result {
	c.t.Helper()
	return c.Start(args...).Wait()
}

// MustRun is like Run, but fails the test if the command fails.
func (c *CLI) MustRun(args ...string) Result {
	c.t.Helper()
	result := c.Run(args...)
	if result.Code != 0 {
		c.t.Fatalf("terraform %s: exit code %d\n%s%s", strings.Join(args, " "), result.Code, result.Stdout, result.Stderr)
	}
	return result
}

// Process is a running command.
type Process struct {
	t              testing.TB
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	wait           func() error
}

// Start starts a command. If it still runs when the test ends, the command and
// its providers are killed.
func (c *CLI) Start(args ...string) *Process {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), c.terraform, args...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	inOwnGroup(cmd)
	cmd.WaitDelay = 10 * time.Second
	p := &Process{t: c.t, cmd: cmd, wait: sync.OnceValue(cmd.Wait)}
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = p.wait() })
	return p
}

// PID returns the process id of Terraform, which is also the id of its process
// group.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ended returns a channel that is closed when the command has ended.
func (p *Process) Ended() <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.wait() // Wait returns the error.
	}()
	return ended
}

// KillAlone kills Terraform, but not its providers.
func (p *Process) KillAlone() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
}

// Wait waits until the command has ended.
func (p *Process) Wait() Result {
	p.t.Helper()
	var exit *exec.ExitError
	if err := p.wait(); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return Result{
		Stdout: colours.ReplaceAllString(p.stdout.String(), ""),
		Stderr: colours.ReplaceAllString(p.stderr.String(), ""),
		Code:   p.cmd.ProcessState.ExitCode(),
	}
}

var (
	colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)
	frames  = regexp.MustCompile(`[\s│╷╵]+`)
)

// Printed reports whether the output contains text, ignoring line breaks and
// the frames that Terraform draws.
func (r Result) Printed(text string) bool {
	return strings.Contains(r.Unframed(), frames.ReplaceAllString(text, " "))
}

// Unframed returns the output with a space instead of each line break and each
// frame that Terraform draws.
func (r Result) Unframed() string {
	return frames.ReplaceAllString(r.Stdout+" "+r.Stderr, " ")
}

// Provider returns the executable of the provider, which is built once per test
// binary.
func Provider(t testing.TB) string {
	t.Helper()
	executable, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return executable
}

// built builds the provider next to the test binary, in the directory that
// go test removes after the tests.
var built = sync.OnceValues(func() (string, error) {
	test, err := os.Executable()
	if err != nil {
		return "", err
	}
	executable := filepath.Join(filepath.Dir(test), "terraform-provider-clouddesktop")
	return executable, Build(context.Background(), executable, module)
})

// Build builds a program of this module.
func Build(ctx context.Context, executable, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-X main.version="+version, "-o", executable, pkg)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, output)
	}
	return nil
}

// RequireCLI skips a test that runs the real CLI unless TF_ACC is set, as the
// test framework does.
func RequireCLI(t testing.TB) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("tests that run Terraform or OpenTofu need TF_ACC=1")
	}
}

// Terraform returns the path of the CLI under test, Terraform or OpenTofu:
// TF_ACC_TERRAFORM_PATH, or else terraform on PATH.
func Terraform() (string, error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path, nil
	}
	path, err := exec.LookPath("terraform")
	if err != nil {
		return "", errors.New("Terraform 1.8 or OpenTofu 1.9 or newer is required: put terraform on PATH, or set TF_ACC_TERRAFORM_PATH to the path of terraform or tofu")
	}
	return path, nil
}
