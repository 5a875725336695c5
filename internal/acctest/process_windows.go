package acctest

import "os/exec"

// inOwnGroup does nothing: Windows has no process groups to signal. Killing the
// command leaves its providers running, which end when their pipes close.
func inOwnGroup(*exec.Cmd) {}

// Interrupt skips the test: another process cannot press Ctrl-C on Windows.
func (p *Process) Interrupt() {
	p.t.Helper()
	p.t.Skip("a process on Windows cannot be interrupted")
}
