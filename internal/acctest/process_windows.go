package acctest

import "os/exec"

// inOwnGroup does nothing: on Windows, a process group cannot be signalled. If
// the command is killed, its providers end when their pipes close.
func inOwnGroup(*exec.Cmd) {}

// Interrupt skips the test: on Windows, a test cannot send Ctrl-C to another
// process.
func (p *Process) Interrupt() {
	p.t.Helper()
	p.t.Skip("a process on Windows cannot be interrupted")
}
