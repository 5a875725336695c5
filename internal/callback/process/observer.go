package process

import (
	"context"
	"errors"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Observer determines the state of the processes of an inbox. It writes
// nothing.
type Observer struct {
	Store inbox.Store
	// Locks is nil for an inbox that processes of several machines share.
	Locks Locks
	// Machine is the Identity.Machine of this process.
	Machine string
}

// View is the identity and the state of a process. Identity is zero if there is
// no record.
type View struct {
	Status   Status
	Identity Identity
}

// Look returns the state of a process. listing must contain the keys below
// inbox.ProcessPrefix; it contains the times of the last heartbeats.
func (o Observer) Look(ctx context.Context, id string, listing inbox.Listing) (View, error) {
	r, err := load(ctx, o.Store, id)
	if err != nil {
		return View{Status: Unknown}, err
	}
	if r == nil {
		return View{Status: Ended}, nil
	}
	var own inbox.Entry
	for _, entry := range listing.Entries {
		if entry.Key == Key(id) {
			own = entry
		}
	}
	return View{Status: o.judge(*r, listing, own), Identity: r.Identity}, nil
}

// judge returns the state of a process. entry is zero if the listing does not
// contain its record.
func (o Observer) judge(r record, listing inbox.Listing, entry inbox.Entry) Status {
	evidence := Evidence{Recorded: true, Ended: r.Ended, Local: o.Locks != nil}
	if evidence.Local && !r.Ended {
		evidence.Lock = o.lock(r.ID)
		evidence.Terraform = o.terraform(r.Identity)
	}
	if entry.Key != "" {
		evidence.Beaten, evidence.Silence = true, listing.Now.Sub(entry.Modified)
	}
	return Judge(evidence)
}

func (o Observer) lock(id string) Presence {
	locked, err := o.Locks.Locked(id)
	switch {
	case err != nil:
		return NotKnown
	case locked:
		return Present
	}
	return Absent
}

func (o Observer) terraform(of Identity) Presence {
	if of.Machine != o.Machine {
		return NotKnown
	}
	parent, err := lookUp(of.Terraform.PID)
	switch {
	case errors.Is(err, errNotRunning):
		return Absent
	case err != nil:
		return NotKnown
	// Another process has its process id.
	case parent.started != of.Terraform.Started:
		return Absent
	}
	return Present
}
