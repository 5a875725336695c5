package process

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// TerraformID returns an id that is equal for all processes that one Terraform
// process started.
func (i Identity) TerraformID() string {
	return hash(i.Machine, fmt.Sprint(i.Terraform.PID), i.Terraform.Started)
}

// Processes returns the processes in a listing and their states, for
// ledger.Config. value returns the value of an entry, or nil if it was deleted
// in the meantime.
func (o Observer) Processes(_ context.Context, list inbox.Listing, value func(inbox.Entry) ([]byte, error)) ([]ledger.Process, error) {
	var found []ledger.Process
	for _, entry := range list.Entries {
		id, isProcess := strings.CutPrefix(entry.Key, inbox.ProcessPrefix)
		if !isProcess {
			continue
		}
		text, err := value(entry)
		if err != nil {
			return nil, err
		}
		if text == nil {
			continue // It counts as ended.
		}
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, fmt.Errorf("the inbox key %s does not hold the record of a process: %w", entry.Key, err)
		}
		found = append(found, ledger.Process{
			ID: id, Terraform: r.TerraformID(), Host: r.Host, PID: r.PID,
			State: state(o.judge(r, list, entry)),
		})
	}
	return found, nil
}

// state treats Unknown as alive, so that no other process acts on its orders.
func state(status Status) ledger.ProcessState {
	switch status {
	case Ended:
		return ledger.ProcessEnded
	case Dead:
		return ledger.ProcessDied
	case Alive, Unknown:
	}
	return ledger.ProcessAlive
}
