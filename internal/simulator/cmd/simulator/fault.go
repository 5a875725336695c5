package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// fault is a planned failure of either the answer or the callback.
type fault struct {
	call     desktoptest.Call
	times    int
	answer   desktoptest.Fault
	callback desktoptest.Callback
}

func (f fault) plan(s *desktoptest.Server) {
	if f.answer != nil {
		s.Fail(f.call, f.times, f.answer)
		return
	}
	s.Callback(f.call, f.times, f.callback)
}

const message = "the simulator returns this error on request"

var (
	calls = map[string]desktoptest.Call{
		"apply":    desktoptest.Apply,
		"resize":   desktoptest.ResourceUpdate,
		"policy":   desktoptest.PolicyUpdate,
		"password": desktoptest.PasswordReset,
		"desktops": desktoptest.UserDesktops,
		"volumes":  desktoptest.DesktopVolumes,
	}
	answers = map[string]desktoptest.Fault{
		"refuse":      desktoptest.Refuse(message),
		"401":         desktoptest.Unauthorized(),
		"503":         desktoptest.Unavailable(),
		"empty":       desktoptest.Empty(),
		"truncated":   desktoptest.Truncated(),
		"huge":        desktoptest.Huge(50 << 20),
		"drop-before": desktoptest.DropBefore(),
		"drop-after":  desktoptest.DropAfter(),
		"stall":       desktoptest.Stall(),
	}
	callbacks = map[string]desktoptest.Callback{
		"failure": desktoptest.Failure(message),
		"never":   desktoptest.NoCallback(),
		"twice":   desktoptest.Twice(),
		"garbage": desktoptest.Garbage("<html>"),
	}
	asynchronous = []string{"apply", "resize", "policy"}
)

// parseFault parses call[=how[:times]], such as apply=never:1.
func parseFault(value string) (fault, error) {
	name, how, _ := strings.Cut(value, "=")
	how, count, counted := strings.Cut(how, ":")
	call, known := calls[name]
	if !known {
		return fault{}, fmt.Errorf("unknown call %q", name)
	}
	f := fault{call: call, times: -1}
	if counted {
		var err error
		if f.times, err = strconv.Atoi(count); err != nil || f.times < 1 {
			return fault{}, fmt.Errorf("%q is not a number of times: write 1 or more", count)
		}
	}
	if how == "" {
		how = "refuse"
	}
	f.answer, f.callback = answers[how], callbacks[how]
	switch {
	case f.answer == nil && f.callback == nil:
		return fault{}, fmt.Errorf("unknown fault %q", how)
	case f.callback != nil && !slices.Contains(asynchronous, name):
		return fault{}, fmt.Errorf("%s has no callback", name)
	}
	return f, nil
}

func faultUsage() string {
	list := func(names []string) string { return strings.Join(names, ", ") }
	return "calls: " + list(slices.Sorted(maps.Keys(calls))) +
		"\nanswers: " + list(slices.Sorted(maps.Keys(answers))) +
		"\ncallbacks of " + list(asynchronous) + ": " + list(slices.Sorted(maps.Keys(callbacks))) +
		"\ndefault: refuse, every time"
}
