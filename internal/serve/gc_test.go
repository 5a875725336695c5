package serve

import (
	"runtime/debug"
	"testing"
)

func TestCollectRarely(t *testing.T) { //nolint:paralleltest // It sets what the whole process has one of.
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	for gogc, want := range map[string]int{"": 400, "50": 100} {
		debug.SetGCPercent(100)
		collectRarely(func(name string) string { return map[string]string{"GOGC": gogc}[name] })
		if got := debug.SetGCPercent(100); got != want {
			t.Errorf("with GOGC=%q: %d percent, want %d", gogc, got, want)
		}
	}
}
