package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of times in /proc, the same on all architectures that Go
// supports.
const tick = 10 * time.Millisecond

// Fields of /proc/PID/stat, counted from the one after the name.
const (
	fieldState   = 0
	fieldStarted = 19
)

// lookUp returns what the operating system reports about a process. A zombie is
// not running.
func lookUp(pid int) (running, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return running{}, errNotRunning
	}
	if err != nil {
		return running{}, err
	}
	// The name of the program, in parentheses, may contain any characters.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) <= fieldStarted {
		return running{}, fmt.Errorf("/proc/%d/stat has an unknown form", pid)
	}
	if state := fields[fieldState]; state == "Z" || state == "X" {
		return running{}, errNotRunning
	}
	started := fields[fieldStarted]
	ticks, err := strconv.ParseInt(started, 10, 64)
	if err != nil {
		return running{}, fmt.Errorf("/proc/%d/stat has an unknown form: %w", pid, err)
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		return running{}, err
	}
	return running{started, time.Duration(now.Nano()) - time.Duration(ticks)*tick}, nil
}

// machine returns the boot and the PID namespace in which process ids are
// unique.
func machine() string {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // Empty if it cannot be read.
	namespace, _ := os.Readlink("/proc/self/ns/pid")          // The same.
	return strings.TrimSpace(string(boot)) + namespace
}
