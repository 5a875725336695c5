//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

const terminate = syscall.SIGTERM

// inOwnGroup keeps a terminal's Ctrl-C from Terraform, which gets an interrupt
// from the demo. A second one would make it stop without saving.
func inOwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
