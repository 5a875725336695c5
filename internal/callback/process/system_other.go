//go:build !linux && !darwin && !windows

package process

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// begun is as near as Go comes to the start of this process on a system whose
// own answer it cannot read.
var begun = time.Now().Round(0)

// lookUp asks the operating system whether there is a process. When it started
// is not asked, so that a number that is used again is not noticed.
func lookUp(pid int) (running, error) {
	if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
		return running{}, errNotRunning
	}
	if pid != os.Getpid() {
		return running{}, nil
	}
	return running{age: time.Since(begun)}, nil
}

// machine is what the numbers of processes belong to: the name of the host has
// to be enough.
func machine() string { return "" }
