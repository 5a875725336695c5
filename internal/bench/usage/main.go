//go:build !windows

// Command usage runs a provider and appends a line with its CPU time and peak memory to a
// file: usage FILE PROVIDER [ARGUMENT…].
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file, provider string, args ...string) error {
	cmd := exec.CommandContext(context.Background(), provider, args...) //nolint:gosec // The program is an argument of the command.
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	peak := int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) //nolint:forcetypeassert // It has this type on every system where this package compiles.
	if runtime.GOOS != "darwin" {
		peak *= 1024 // Other systems count KiB.
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	_, err = fmt.Fprintln(f, cpu.Nanoseconds(), peak)
	return errors.Join(err, f.Close())
}
