package process

import (
	"errors"
	"strconv"
	"time"

	"golang.org/x/sys/windows"
)

// lookUp returns what the operating system reports about a process.
func lookUp(pid int) (running, error) {
	const access = windows.PROCESS_QUERY_LIMITED_INFORMATION | windows.SYNCHRONIZE
	handle, err := windows.OpenProcess(access, false, uint32(pid)) //nolint:gosec // A process id fits.
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
		return running{}, errNotRunning
	}
	if err != nil {
		return running{}, err
	}
	defer func() { _ = windows.CloseHandle(handle) }() // It was only read.
	// A process that has ended exists as long as a handle to it is open.
	if event, err := windows.WaitForSingleObject(handle, 0); err == nil && event == windows.WAIT_OBJECT_0 {
		return running{}, errNotRunning
	}
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(handle, &created, &exited, &kernel, &user); err != nil {
		return running{}, err
	}
	started := created.Nanoseconds()
	return running{strconv.FormatInt(started, 10), time.Since(time.Unix(0, started))}, nil
}

// machine returns an empty string: the host name identifies the machine.
func machine() string { return "" }

// orphaned reports whether the parent of this process has ended. Windows does
// not assign another parent.
func orphaned(terraform Terraform) bool {
	parent, err := lookUp(terraform.PID)
	return errors.Is(err, errNotRunning) || err == nil && parent.started != terraform.Started
}
