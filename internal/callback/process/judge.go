package process

import "time"

// Status is what is known of a provider process.
type Status string

// Possible values of Status.
const (
	// Alive: the process and its Terraform run.
	Alive Status = "alive"
	// Ended: Terraform told the process to end, or nothing is known of it any
	// more. Whether its last results were saved in a state is not known.
	Ended Status = "ended"
	// Dead: the process, or its Terraform, was killed.
	Dead Status = "dead"
	// Unknown: the process has to be treated as if it were alive.
	Unknown Status = "unknown"
)

// silenceOfDead is how long a living process never goes without a heartbeat.
const silenceOfDead = 60 * time.Second

// Presence says of something in another process whether it is there.
type Presence int

// Possible values of Presence.
const (
	NotKnown Presence = iota
	Present
	Absent
)

// Evidence is all that bears on the Status of a process.
type Evidence struct {
	// Recorded is false if the inbox holds no record of the process.
	Recorded bool
	// Ended is the mark that the process leaves after a Shutdown call.
	Ended bool
	// Local is true if the processes of the inbox lock a file while they live.
	Local bool
	// Lock says whether the process holds its lock.
	Lock Presence
	// Terraform says whether the Terraform that started the process runs.
	Terraform Presence
	// Beaten is true if Silence is known.
	Beaten bool
	// Silence is the time since the last heartbeat by the clock of the store.
	Silence time.Duration
}

// Judge decides what the evidence says.
func Judge(e Evidence) Status {
	switch {
	case !e.Recorded || e.Ended:
		return Ended
	case e.Local:
		return judgeLocal(e)
	case !e.Beaten:
		return Unknown
	case e.Silence >= silenceOfDead:
		return Dead
	}
	return Alive
}

// judgeLocal does not look at heartbeats: a process that was stopped, or whose
// machine slept, still holds its lock, and continues.
func judgeLocal(e Evidence) Status {
	switch {
	// An orphan may be about to notice that it is one.
	case e.Lock == Absent, e.Terraform == Absent:
		return Dead
	case e.Lock == NotKnown:
		return Unknown
	}
	return Alive
}
