package process

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Identity identifies a provider process and the Terraform process that started
// it.
type Identity struct {
	// ID is random and a valid segment of an inbox key.
	ID string `json:"id"`
	// Host is the name of the machine, for messages.
	Host string `json:"host"`
	// Machine is equal for two processes if they share process ids: they run on
	// one machine, since the same boot, in the same PID namespace.
	Machine string `json:"machine"`
	// PID is the process id.
	PID int `json:"pid"`
	// Started is when the operating system started the process.
	Started time.Time `json:"started"`
	// Terraform is the parent process.
	Terraform Terraform `json:"terraform"`
}

// Terraform identifies the process that started a provider process. Operating
// systems reuse process ids, so Started is part of the identity.
type Terraform struct {
	PID int `json:"pid"`
	// Started is the start time in the unit of the operating system, for
	// comparison only. It is empty if the operating system does not report it.
	Started string `json:"started"`
}

// Self returns an Identity for this operating system process, with a new ID.
func Self() (Identity, error) {
	host, err := os.Hostname()
	if err != nil {
		return Identity{}, fmt.Errorf("unable to find the name of this machine: %w", err)
	}
	age, err := Age()
	if err != nil {
		return Identity{}, err
	}
	return Identity{
		ID:        strings.ToLower(rand.Text()),
		Host:      host,
		Machine:   hash(host, machine()),
		PID:       os.Getpid(),
		Started:   time.Now().Add(-age).UTC().Round(time.Millisecond),
		Terraform: Parent(),
	}, nil
}

// Age returns how long this process has existed. Unlike Go's monotonic clock,
// it includes the time while the machine slept.
func Age() (time.Duration, error) {
	self, err := lookUp(os.Getpid())
	if err != nil {
		return 0, fmt.Errorf("unable to find out when this process started: %w", err)
	}
	return self.age, nil
}

// Parent returns the process that started this one. The first call stores the
// result. Call it at the start of the program, because the parent changes when
// Terraform ends.
var Parent = sync.OnceValue(func() Terraform {
	terraform := Terraform{PID: os.Getppid()}
	if parent, err := lookUp(terraform.PID); err == nil {
		terraform.Started = parent.started
	}
	return terraform
})

// ParentStarted returns when the process that started this one was started, or
// the zero time if that is unknown.
func ParentStarted() time.Time {
	parent, err := lookUp(os.Getppid())
	if err != nil || parent.age == 0 {
		return time.Time{}
	}
	return time.Now().Add(-parent.age)
}

// SameTerraform reports whether one Terraform process started both processes,
// such as those of two provider aliases.
func (i Identity) SameTerraform(other Identity) bool {
	return i.Machine == other.Machine && i.Terraform == other.Terraform
}

// String returns the process, its host and its parent, for messages.
func (i Identity) String() string {
	return fmt.Sprintf("process %d on %s (started by process %d)", i.PID, i.Host, i.Terraform.PID)
}

// errNotRunning is returned by lookUp for a process that has ended.
var errNotRunning = errors.New("the process does not run")

// running is what the operating system reports about a process.
type running struct {
	started string // In the unit of the operating system.
	age     time.Duration
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:8])
}
