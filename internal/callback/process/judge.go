package process

import "time"

// Status is the state of a provider process, as far as it is known.
type Status string

// Possible values of Status.
const (
	// Alive: the process and its Terraform run.
	Alive Status = "alive"
	// Ended: Terraform stopped the process, or there is no record of it. It is
	// unknown whether a state with its last results was saved.
	Ended Status = "ended"
	// Dead: the process, or its Terraform, was killed.
	Dead Status = "dead"
	// Unknown: the process must be treated like one that is alive.
	Unknown Status = "unknown"
)

// deadAfter is the time without a heartbeat after which a process counts as
// dead.
const deadAfter = 60 * time.Second

// Presence reports whether something exists: a lock, or a process.
type Presence int

// Possible values of Presence.
const (
	NotKnown Presence = iota
	Present
	Absent
)

// Evidence is everything that determines the Status of a process.
type Evidence struct {
	// Recorded is false if the inbox holds no record of the process.
	Recorded bool
	// Ended is true after the process has received a Shutdown call.
	Ended bool
	// Local is true if each process of the inbox holds the lock of a file while
	// it runs.
	Local bool
	// Lock reports whether the process holds its lock.
	Lock Presence
	// Terraform reports whether the Terraform that started the process runs.
	Terraform Presence
	// Beaten is true if Silence is known.
	Beaten bool
	// Silence is the time since the last heartbeat by the clock of the store.
	Silence time.Duration
}

// Judge returns the Status that follows from the evidence.
func Judge(e Evidence) Status {
	switch {
	case !e.Recorded || e.Ended:
		return Ended
	case e.Local:
		return judgeLocal(e)
	case !e.Beaten:
		return Unknown
	case e.Silence >= deadAfter:
		return Dead
	}
	return Alive
}

// judgeLocal ignores heartbeats: a process that was suspended, or whose machine
// slept, still holds its lock and continues later.
func judgeLocal(e Evidence) Status {
	switch {
	// The process may not have noticed yet that its Terraform has died.
	case e.Lock == Absent, e.Terraform == Absent:
		return Dead
	case e.Lock == NotKnown:
		return Unknown
	}
	return Alive
}
