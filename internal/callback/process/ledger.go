package process

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// TerraformID is the same for all processes that one Terraform started.
func (i Identity) TerraformID() string {
	return hash(i.Machine, fmt.Sprint(i.Terraform.PID), i.Terraform.Started)
}

// Processes tells a ledger who lives, from the records of a listing. value
// returns the value of an entry, nil if it was deleted meanwhile.
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

// state treats a process of which nothing is known as alive: nobody may act for
// it.
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
