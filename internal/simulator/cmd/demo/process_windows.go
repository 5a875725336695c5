package main

import (
	"os/exec"
	"syscall"
)

const terminate = syscall.SIGTERM

// inOwnGroup starts a command that a console's Ctrl-C does not reach.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
