package drift_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/drift"
)

// large is a plan of many desktops that is generated while it is read. It
// records how much memory is in use.
type large struct {
	desktops int
	n        int
	buf      bytes.Buffer
	peak     uint64
}

func (l *large) Read(p []byte) (int, error) {
	for l.buf.Len() < len(p) && l.n <= l.desktops {
		l.next()
	}
	if l.buf.Len() == 0 {
		return 0, io.EOF
	}
	return l.buf.Read(p)
}

func (l *large) next() {
	before, after, found := strings.Cut(planOf("", "HERE"), "HERE")
	if !found {
		panic("the plan has no place for resources")
	}
	if l.n == 0 {
		l.buf.WriteString(before)
	} else {
		l.buf.WriteByte(',')
	}
	l.buf.WriteString(managed(fmt.Sprintf("team[%d]", l.n), fmt.Sprintf("dev_%05d", l.n), fmt.Sprintf("9f0c6d3e-5a57-4c0e-8f3b-%012d", l.n)))
	if l.n++; l.n > l.desktops {
		l.buf.WriteString(after)
	}
	if l.n%2000 == 0 {
		l.peak = max(l.peak, inUse())
	}
}

func inUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// The check stores only the identity of each desktop, for plans of any size.
func TestCommand_memory(t *testing.T) { //nolint:paralleltest // The memory of other tests would be measured too.
	const desktops = 10_000
	plan := &large{desktops: desktops}
	var stdout strings.Builder
	command := drift.Command{Stdin: plan, Stdout: &stdout, Stderr: io.Discard, Now: time.Now}
	start := inUse()
	if code := command.Run(context.WithoutCancel(t.Context()), []string{"-"}); code != 0 || !strings.Contains(stdout.String(), "10001 resources compared") {
		t.Errorf("exit code %d:\n%s", code, stdout.String())
	}
	const perDesktop = 400
	if used := plan.peak - start; plan.peak == 0 || used > desktops*perDesktop {
		t.Errorf("%d bytes a desktop are in use, want at most %d", used/desktops, perDesktop)
	}
}

func BenchmarkCommand(b *testing.B) {
	for b.Loop() {
		command := drift.Command{Stdin: &large{desktops: 10_000}, Stdout: io.Discard, Stderr: io.Discard, Now: time.Now}
		command.Run(b.Context(), []string{"-"})
	}
}
