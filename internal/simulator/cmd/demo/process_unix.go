//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

const terminate = syscall.SIGTERM

// inOwnGroup starts Terraform in its own process group, so that Ctrl-C in the
// terminal does not reach it. The demo sends it one interrupt; after a second
// one, Terraform would stop without saving the state.
func inOwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
