//go:build !linux && !darwin && !windows

package process

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// begun is approximately the start of this process, on systems where the start
// time is not read from the operating system.
var begun = time.Now().Round(0)

// lookUp reports whether a process exists. It does not read the start time, so
// it does not notice a reused process id.
func lookUp(pid int) (running, error) {
	if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
		return running{}, errNotRunning
	}
	if pid != os.Getpid() {
		return running{}, nil
	}
	return running{age: time.Since(begun)}, nil
}

// machine returns an empty string: on these systems only the host name
// identifies the machine.
func machine() string { return "" }
