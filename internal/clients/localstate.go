package clients

import (
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/localstate"
)

// LocalState is the state file of this configuration, if the state is in a
// local file.
type LocalState struct{ env Env }

// LocalState returns the local state.
func (s *Set) LocalState() (*LocalState, error) { return s.state, nil }

// Emptied returns the state file if an earlier run of Terraform has left it
// empty, or nil.
func (l *LocalState) Emptied() (*localstate.Emptied, error) {
	return localstate.Config{
		DataDir: dataDir(l.env), Workspace: workspaceName(l.env), Started: process.ParentStarted(),
	}.Emptied()
}
