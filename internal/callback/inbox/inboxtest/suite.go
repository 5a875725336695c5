// Package inboxtest tests implementations of inbox.Store against the
// documentation of inbox.Store.
package inboxtest

import (
	"context"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Inbox is an inbox under test.
type Inbox struct {
	// Open returns a client that shares nothing with the other clients but the
	// inbox, as if it belonged to another process.
	Open func() inbox.Store
	// LoseAnswer returns a client whose next write takes effect and returns an
	// error.
	LoseAnswer func() inbox.Store
	// Restart kills the server of the inbox without notice and starts it again.
	// Nil if the inbox has no server.
	Restart func() error
}

// check is one test of a new, empty inbox.
type check struct {
	name string
	run  func(ctx context.Context, in Inbox) error
}

var checks = []check{
	{"holds values", holdsValues},
	{"replaces processes only", replacesProcessesOnly},
	{"lists by prefix", listsByPrefix},
	{"refuses invalid keys", refusesInvalidKeys},
	{"does nothing after the end of its context", doesNothingAfterEndOfContext},
	{"lets one of many concurrent creates succeed", oneCreatorSucceeds},
	{"is linearizable for each key", isLinearizable},
	{"shows writes to other clients", showsWritesToOthers},
	{"reports a write whose answer was lost", survivesLostAnswers},
	{"keeps acknowledged values through a restart", survivesRestart},
	{"notifies a waiting client", notifiesWaiting},
}

// Run runs each check on a new inbox, which setUp creates.
func Run(t *testing.T, setUp func(t *testing.T) Inbox) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := c.run(t.Context(), setUp(t)); err != nil {
				t.Error(err)
			}
		})
	}
}
