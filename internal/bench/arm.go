package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// arm is one of the two providers, with a directory in which Terraform uses it.
type arm struct {
	name, dir, usageFile, terraform string
	env                             []string
}

// usage is what a command took.
type usage struct {
	cpu, providerCPU, wall time.Duration
	peak                   int64
}

func (u usage) seconds() float64         { return u.cpu.Seconds() }
func (u usage) providerSeconds() float64 { return u.providerCPU.Seconds() }
func (u usage) wallSeconds() float64     { return u.wall.Seconds() }
func (u usage) peakMiB() float64         { return float64(u.peak) / (1 << 20) }

// newArm makes Terraform start the provider through the wrapper, which notes
// what each process of it has used.
func newArm(dir, name, wrapper, executable string) (*arm, error) {
	a := &arm{name: name, dir: dir, usageFile: filepath.Join(dir, "usage")}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	script := filepath.Join(dir, "provider")
	content := fmt.Sprintf("#!/bin/sh\nexec '%s' '%s' '%s' \"$@\"\n", wrapper, a.usageFile, executable)
	if err := os.WriteFile(script, []byte(content), 0o700); err != nil {
		return nil, err
	}
	var err error
	if a.env, err = acctest.InstallProvider(filepath.Join(dir, "layout"), script); err != nil {
		return nil, err
	}
	a.terraform, err = acctest.Terraform()
	return a, err
}

// configure replaces the configuration, whose state is to be kept at url.
func (a *arm) configure(ctx context.Context, url, resources string) error {
	backend := fmt.Sprintf("terraform {\n  backend \"http\" {\n    address = \"%s/state/%s\"\n  }\n}\n", url, a.name)
	providers := fmt.Sprintf("provider \"clouddesktop\" {\n  desktop { endpoint = %q }\n}\n", url)
	if err := os.WriteFile(filepath.Join(a.dir, "main.tf"), []byte(backend+required+providers+resources), 0o600); err != nil {
		return err
	}
	_, err := a.run(ctx, "init")
	return err
}

// run runs Terraform and returns what it and the provider took.
func (a *arm) run(ctx context.Context, args ...string) (usage, error) {
	if err := os.RemoveAll(a.usageFile); err != nil {
		return usage{}, err
	}
	cmd := exec.CommandContext(ctx, a.terraform, args...)
	cmd.Dir, cmd.Env = a.dir, a.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	err := cmd.Run()
	used := usage{wall: time.Since(start)}
	if err != nil {
		return usage{}, fmt.Errorf("%s: terraform %s: %w\n%s", a.name, strings.Join(args, " "), err, output.String())
	}
	// The time of a process includes that of its children.
	used.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	used.providerCPU, used.peak, err = a.provider()
	return used, err
}

// provider reads what the provider's processes have used: their CPU time and
// the memory of the largest.
func (a *arm) provider() (cpu time.Duration, peak int64, err error) {
	content, err := os.ReadFile(a.usageFile)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err
	}
	for line := range strings.Lines(string(content)) {
		var nanoseconds, bytes int64
		if _, err := fmt.Sscan(line, &nanoseconds, &bytes); err != nil {
			return 0, 0, err
		}
		cpu += time.Duration(nanoseconds)
		peak = max(peak, bytes)
	}
	return cpu, peak, nil
}
