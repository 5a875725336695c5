// Package inboxtest checks that an inbox.Store does what its documentation says.
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

// check returns what is wrong with a new, empty inbox.
type check struct {
	name string
	run  func(ctx context.Context, in Inbox) error
}

var checks = []check{
	{"holds values", holdsValues},
	{"replaces processes only", replacesProcessesOnly},
	{"lists by prefix", listsByPrefix},
	{"refuses invalid keys", refusesInvalidKeys},
	{"does nothing after its context", doesNothingAfterItsContext},
	{"lets one creator win", letsOneCreatorWin},
	{"is linearizable for each key", isLinearizable},
	{"shows writes to other clients", showsWritesToOthers},
	{"tells about a write whose answer was lost", survivesLostAnswers},
	{"keeps acknowledged values through a restart", survivesRestart},
	{"wakes a waiting client", wakesWaiting},
}

// Run runs every check on an inbox of its own, which setUp makes.
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
