package main

import (
	"os/exec"
	"syscall"
)

const terminate = syscall.SIGTERM

// inOwnGroup starts a command in its own process group, so that Ctrl-C in the
// console does not reach it.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
