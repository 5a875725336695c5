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

// tick is the unit of times in /proc, the same on every architecture that Go
// knows.
const tick = 10 * time.Millisecond

// Fields of /proc/PID/stat, counted from the one after the name.
const (
	fieldState   = 0
	fieldStarted = 19
)

// lookUp asks the operating system about a process. One that has ended and
// whose parent has not noticed yet is not running.
func lookUp(pid int) (running, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return running{}, errNotRunning
	}
	if err != nil {
		return running{}, err
	}
	// The name of the program, in parentheses, may hold anything.
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

// machine is what the numbers of processes belong to.
func machine() string {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // Empty where it cannot be read.
	namespace, _ := os.Readlink("/proc/self/ns/pid")          // The same.
	return strings.TrimSpace(string(boot)) + namespace
}
