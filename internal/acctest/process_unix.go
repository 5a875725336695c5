//go:build unix

package acctest

import (
	"os/exec"
	"syscall"
)

// inOwnGroup starts a command in a process group, like a terminal, so that
// signals reach Terraform and its providers.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// Interrupt has the effect of Ctrl-C in a terminal.
func (p *Process) Interrupt() {
	p.t.Helper()
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
}
