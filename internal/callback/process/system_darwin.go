package process

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// zombie is SZOMB of sys/proc.h.
const zombie = 5

// lookUp returns what the operating system reports about a process. A zombie is
// not running.
func lookUp(pid int) (running, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	// For an unused process id the answer is empty.
	if errors.Is(err, unix.EIO) || errors.Is(err, unix.ESRCH) {
		return running{}, errNotRunning
	}
	if err != nil {
		return running{}, err
	}
	if int(info.Proc.P_pid) != pid || info.Proc.P_stat == zombie {
		return running{}, errNotRunning
	}
	started := info.Proc.P_starttime
	return running{
		started: fmt.Sprintf("%d.%06d", started.Sec, started.Usec),
		age:     time.Since(time.Unix(started.Unix())),
	}, nil
}

// machine returns the boot session in which process ids are unique.
func machine() string {
	boot, _ := unix.Sysctl("kern.bootsessionuuid") // Empty if it cannot be read.
	return boot
}
