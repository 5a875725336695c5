package serve

import "runtime/debug"

// gcPercent lets the heap grow to five times its live size before a collection.
// A provider runs for seconds on a small heap; with the default of 100 it would
// spend a sixth of its CPU time on collections. A GOMEMLIMIT still applies.
const gcPercent = 400

// tuneGC sets gcPercent unless the user has set GOGC.
func tuneGC(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
