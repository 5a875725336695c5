// Package acctest is what the acceptance tests share.
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
	"syscall"
	"testing"
	"time"
)

// CLI is a working directory in which the real Terraform CLI runs the built
// provider. Nothing of the developer's environment reaches either of them.
type CLI struct {
	// Dir is where the commands run.
	Dir string
	// Env is the whole environment of the commands. Append to it what they
	// shall see besides.
	Env []string

	t         testing.TB
	terraform string
}

// Result is how a command ended.
type Result struct {
	// Stdout and Stderr are what it printed, without colours.
	Stdout, Stderr string
	// Code is its exit code, -1 if a signal ended it.
	Code int
}

// NewCLI returns an empty working directory for the provider of this module.
func NewCLI(t testing.TB) *CLI {
	t.Helper()
	return NewCLIFor(t, Provider(t))
}

// NewCLIFor is NewCLI for another executable in the place of the provider.
func NewCLIFor(t testing.TB, executable string) *CLI {
	t.Helper()
	terraform, err := Terraform()
	if err != nil {
		t.Fatal(err)
	}
	env, err := InstallProvider(t.TempDir(), executable)
	if err != nil {
		t.Fatal(err)
	}
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

// Run runs a Terraform command to its end.
func (c *CLI) Run(args ...string) Result {
	c.t.Helper()
	return c.Start(args...).Wait()
}

// MustRun is Run for a command that has to succeed.
func (c *CLI) MustRun(args ...string) Result {
	c.t.Helper()
	result := c.Run(args...)
	if result.Code != 0 {
		c.t.Fatalf("terraform %s: exit code %d\n%s%s", strings.Join(args, " "), result.Code, result.Stdout, result.Stderr)
	}
	return result
}

// Process is a Terraform command that is still running.
type Process struct {
	t              testing.TB
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	wait           func() error
}

// Start starts a Terraform command. It and its providers are killed when the
// test ends before they do.
func (c *CLI) Start(args ...string) *Process {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), c.terraform, args...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	// A group of their own is what a terminal gives them: Ctrl-C reaches
	// Terraform and its providers at once.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	p := &Process{t: c.t, cmd: cmd, wait: sync.OnceValue(cmd.Wait)}
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = p.wait() })
	return p
}

// Interrupt does what Ctrl-C does.
func (p *Process) Interrupt() {
	p.t.Helper()
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
}

// Wait waits for the end of the command.
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

// Says reports whether the command printed text, however Terraform broke the
// lines and framed them.
func (r Result) Says(text string) bool {
	printed := frames.ReplaceAllString(r.Stdout+" "+r.Stderr, " ")
	return strings.Contains(printed, frames.ReplaceAllString(text, " "))
}

// Provider returns the executable of the provider, which is built once for all
// tests of a package.
func Provider(t testing.TB) string {
	t.Helper()
	executable, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return executable
}

// built builds the provider beside the test binary, in the directory that
// go test removes when the tests are done.
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
		return fmt.Errorf("%s cannot be built: %w\n%s", pkg, err, output)
	}
	return nil
}

// Terraform returns the path of the Terraform CLI: what TF_ACC_TERRAFORM_PATH
// says, as in acceptance tests, or else the one on PATH.
func Terraform() (string, error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path, nil
	}
	path, err := exec.LookPath("terraform")
	if err != nil {
		return "", errors.New("terraform (1.8 or later) is needed: put it on PATH or set TF_ACC_TERRAFORM_PATH")
	}
	return path, nil
}
