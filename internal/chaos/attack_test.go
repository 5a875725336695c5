//go:build linux

package chaos

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// attack is a fault that is injected into a running apply.
type attack struct {
	name           string
	killsTerraform bool
	do             func(r *round, apply *acctest.Process)
}

// attacks alternate from round to round.
var attacks = []attack{
	{"Terraform and the provider are killed", true, func(_ *round, apply *acctest.Process) {
		signal(-apply.PID(), syscall.SIGKILL)
	}},
	{"Terraform is killed alone", true, func(_ *round, apply *acctest.Process) {
		signal(apply.PID(), syscall.SIGKILL)
	}},
	{"the provider is killed alone", false, func(_ *round, apply *acctest.Process) {
		for _, provider := range children(apply.PID()) {
			signal(provider, syscall.SIGKILL)
		}
	}},
	{"Ctrl-C twice", false, func(r *round, apply *acctest.Process) {
		signal(-apply.PID(), syscall.SIGINT)
		r.sleep(time.Duration(r.rng.IntN(1000)) * time.Millisecond)
		signal(-apply.PID(), syscall.SIGINT)
	}},
	{"both are stopped for longer than any timeout", false, func(r *round, apply *acctest.Process) {
		signal(-apply.PID(), syscall.SIGSTOP)
		r.sleep(createTimeout + 5*time.Second)
		signal(-apply.PID(), syscall.SIGCONT)
	}},
}

// signal sends a signal. An error is ignored, because the process may have
// ended.
func signal(pid int, sig syscall.Signal) { _ = syscall.Kill(pid, sig) }

// children returns the processes that a process has started.
func children(parent int) []int {
	var found []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // The pattern is valid.
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // It has ended in the meantime.
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if fields[1] != strconv.Itoa(parent) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// runs reports whether a process exists and is not a zombie.
func runs(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	return !slices.Contains([]string{"Z", "X"}, fields[0])
}
