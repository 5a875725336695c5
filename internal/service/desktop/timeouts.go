package desktop

import "time"

// The default timeouts.
const (
	// requestTimeout is for operations that send a few requests.
	requestTimeout = 2 * time.Minute
	// listedTimeout is how long a list may lag behind an order.
	listedTimeout = 2 * time.Minute
	createTimeout = 30 * time.Minute
	updateTimeout = 20 * time.Minute
	// policyTimeout leaves time for a deployment that reports by callback.
	policyTimeout = 10 * time.Minute
	// listTimeout leaves time for a group of hundreds of users.
	listTimeout = 10 * time.Minute
)
