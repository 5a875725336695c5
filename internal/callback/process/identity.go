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

// Identity names a provider process and the Terraform that started it.
type Identity struct {
	// ID is random and a valid segment of an inbox key.
	ID string `json:"id"`
	// Host is for people: messages name it.
	Host string `json:"host"`
	// Machine is the same for two processes exactly if a process number means
	// the same to both: on one machine, since it was booted, and in one container.
	Machine string `json:"machine"`
	// PID is the number of the process.
	PID int `json:"pid"`
	// Started is when the operating system started the process.
	Started time.Time `json:"started"`
	// Terraform is the parent process.
	Terraform Terraform `json:"terraform"`
}

// Terraform is the process that started a provider process. Numbers of
// processes are used again, so that its start belongs to its identity.
type Terraform struct {
	PID int `json:"pid"`
	// Started is compared, not read: its unit is the operating system's. It is
	// empty if the operating system does not tell it.
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

// Age returns how long this process has existed. Time in which the machine
// slept counts, unlike in Go's monotonic clock.
func Age() (time.Duration, error) {
	self, err := lookUp(os.Getpid())
	if err != nil {
		return 0, fmt.Errorf("unable to find out when this process started: %w", err)
	}
	return self.age, nil
}

// Parent returns the process that started this one. The first call decides, so
// it belongs to the start of the program: an orphan has another parent.
var Parent = sync.OnceValue(func() Terraform {
	terraform := Terraform{PID: os.Getppid()}
	if parent, err := lookUp(terraform.PID); err == nil {
		terraform.Started = parent.started
	}
	return terraform
})

// SameTerraform reports whether one Terraform process started both, as it does
// for the aliases of a provider.
func (i Identity) SameTerraform(other Identity) bool {
	return i.Machine == other.Machine && i.Terraform == other.Terraform
}

// String names the process in messages.
func (i Identity) String() string {
	return fmt.Sprintf("process %d on %s (started by process %d)", i.PID, i.Host, i.Terraform.PID)
}

// errNotRunning is returned by lookUp for a process that has ended.
var errNotRunning = errors.New("the process does not run")

// running is what the operating system reports about a process.
type running struct {
	started string // In the operating system's unit.
	age     time.Duration
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:8])
}
