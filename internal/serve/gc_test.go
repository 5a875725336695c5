package serve

import (
	"runtime/debug"
	"testing"
)

func TestTuneGC(t *testing.T) { //nolint:paralleltest // It changes a setting of the whole process.
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	for gogc, want := range map[string]int{"": 400, "50": 100} {
		debug.SetGCPercent(100)
		tuneGC(func(name string) string { return map[string]string{"GOGC": gogc}[name] })
		if got := debug.SetGCPercent(100); got != want {
			t.Errorf("with GOGC=%q: %d percent, want %d", gogc, got, want)
		}
	}
}
