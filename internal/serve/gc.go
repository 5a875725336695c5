package serve

import "runtime/debug"

// gcPercent lets the heap grow to five times what is alive before it is
// collected. A provider lives for seconds on a small heap, and the default of
// 100 spends a sixth of them collecting. A GOMEMLIMIT still makes the collector
// work as hard as it takes.
const gcPercent = 400

// collectRarely sets gcPercent unless the user has chosen a percentage.
func collectRarely(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
