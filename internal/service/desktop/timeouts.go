package desktop

import "time"

// The default timeouts.
const (
	// requestTimeout is the default for operations that send a few requests.
	requestTimeout = 2 * time.Minute
	// listedTimeout is how long Create waits until a new desktop is listed.
	listedTimeout = 2 * time.Minute
	createTimeout = 30 * time.Minute
	updateTimeout = 20 * time.Minute
	// policyTimeout is longer, because the result may arrive by callback.
	policyTimeout = 10 * time.Minute
	// listTimeout is long enough for a group with hundreds of users.
	listTimeout = 10 * time.Minute
)
