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

// variant is one of the two providers, with a working directory for Terraform.
type variant struct {
	name, dir, usageFile, terraform string
	env                             []string
	// callback is the callback block of the provider, if any.
	callback string
}

// usage is the resource usage of a command.
type usage struct {
	cpu, providerCPU, wall time.Duration
	peak                   int64
}

func (u usage) seconds() float64         { return u.cpu.Seconds() }
func (u usage) providerSeconds() float64 { return u.providerCPU.Seconds() }
func (u usage) wallSeconds() float64     { return u.wall.Seconds() }
func (u usage) peakMiB() float64         { return float64(u.peak) / (1 << 20) }

// newVariant lets Terraform start the provider through the wrapper, which
// records the usage of each provider process.
func newVariant(dir, name, wrapper, executable string) (*variant, error) {
	v := &variant{name: name, dir: dir, usageFile: filepath.Join(dir, "usage")}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	script := filepath.Join(dir, "provider")
	content := fmt.Sprintf("#!/bin/sh\nexec '%s' '%s' '%s' \"$@\"\n", wrapper, v.usageFile, executable)
	if err := os.WriteFile(script, []byte(content), 0o700); err != nil {
		return nil, err
	}
	var err error
	if v.env, err = acctest.InstallProvider(filepath.Join(dir, "layout"), script); err != nil {
		return nil, err
	}
	v.terraform, err = acctest.Terraform()
	return v, err
}

// configure replaces the configuration and keeps its state at url.
func (v *variant) configure(ctx context.Context, url, resources string) error {
	backend := fmt.Sprintf("terraform {\n  backend \"http\" {\n    address = \"%s/state/%s\"\n  }\n}\n", url, v.name)
	providers := fmt.Sprintf("provider \"clouddesktop\" {\n  desktop { endpoint = %q }\n%s}\n", url, v.callback)
	if err := os.WriteFile(filepath.Join(v.dir, "main.tf"), []byte(backend+required+providers+resources), 0o600); err != nil {
		return err
	}
	_, err := v.run(ctx, "init")
	return err
}

// run runs Terraform and returns the usage of Terraform and the provider.
func (v *variant) run(ctx context.Context, args ...string) (usage, error) {
	if err := os.RemoveAll(v.usageFile); err != nil {
		return usage{}, err
	}
	cmd := exec.CommandContext(ctx, v.terraform, args...)
	cmd.Dir, cmd.Env = v.dir, v.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	err := cmd.Run()
	used := usage{wall: time.Since(start)}
	if err != nil {
		return usage{}, fmt.Errorf("%s: terraform %s: %w\n%s", v.name, strings.Join(args, " "), err, output.String())
	}
	// The time of a process includes that of its children.
	used.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	used.providerCPU, used.peak, err = v.provider()
	return used, err
}

// provider returns the CPU time of all provider processes and the peak memory
// of the largest one.
func (v *variant) provider() (cpu time.Duration, peak int64, err error) {
	content, err := os.ReadFile(v.usageFile)
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
