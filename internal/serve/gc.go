package serve

import "runtime/debug"

// gcPercent lets the heap grow to five times its live size before a garbage
// collection. A provider runs for seconds with a small heap. With the default
// of 100, it would use a sixth of its CPU time for garbage collections.
// GOMEMLIMIT still applies.
const gcPercent = 400

// tuneGC sets gcPercent unless the user has set GOGC.
func tuneGC(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
