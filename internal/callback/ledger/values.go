package ledger

import (
	"encoding/json"
	"time"
)

// Kind is what an order asks for. Orders of one kind can stand in for each other.
type Kind struct {
	// Service is the endpoint of the cloud desktop service.
	Service string `json:"service"`
	// UserGroup is the group in which a user is made; Username is the user who
	// gets one more desktop. Exactly one is set.
	UserGroup string `json:"user_group,omitempty"`
	Username  string `json:"username,omitempty"`
	OS        string `json:"os"`
}

// Name is the user or group as the service calls it.
func (k Kind) Name() string {
	if k.UserGroup != "" {
		return k.UserGroup
	}
	return k.Username
}

// Intent is written before an order is sent.
type Intent struct {
	Kind

	Scope string `json:"scope"`
	// URL is the base of the callback URL. Listen is the address that the process
	// was bound to, on the machine with this id; empty if a relay receives.
	URL     string `json:"url"`
	Listen  string `json:"listen,omitempty"`
	Machine string `json:"machine,omitempty"`
	// Timeout is how long the order waits for its callback, from the time at
	// which the store took the intent.
	Timeout time.Duration `json:"timeout"`
	Term    int           `json:"term"`
	Process string        `json:"process"`
	// Nonce is of this one Create: two Creates of one process must not both win.
	Nonce string `json:"nonce"`
	// Recipient is the age recipient that results are sealed to, if any.
	Recipient string `json:"recipient,omitempty"`
}

// TurnKind says what a turn did.
type TurnKind string

// The kinds of turns.
const (
	Claimed   TurnKind = "claimed"   // Another Create holds the order from now on.
	Released  TurnKind = "released"  // Nobody holds it; the next Create of its kind may.
	Delivered TurnKind = "delivered" // A Create returned its desktop to Terraform.
	Confirmed TurnKind = "confirmed" // A saved state was seen to contain it.
	Looked    TurnKind = "looked"    // The holder listed the users, because no callback came.
	Closed    TurnKind = "closed"    // It ended without a desktop.
)

// Turn is an entry of an order's chain. It holds no secret.
type Turn struct {
	Kind    TurnKind `json:"kind"`
	Process string   `json:"process"`
	Nonce   string   `json:"nonce"`
	// Terraform, Scope and Order are set in a confirmation: a plan's process has
	// no record, and the intent is deleted.
	Terraform string `json:"terraform,omitempty"`
	Scope     string `json:"scope,omitempty"`
	Order     *Kind  `json:"order,omitempty"`
	// Username and UUID are the desktop, where it is known.
	Username string `json:"username,omitempty"`
	UUID     string `json:"desktop_uuid,omitempty"`
	// Candidates is how many desktops a look found.
	Candidates int `json:"candidates,omitempty"`
	// Reason says why an order was closed, for people.
	Reason string `json:"reason,omitempty"`

	// Written is the store's time of the turn.
	Written time.Time `json:"-"`
}

// TermValue says who took a term.
type TermValue struct {
	Process   string `json:"process"`
	Host      string `json:"host"`
	Terraform string `json:"terraform"`
}

// AnswerValue is what the service answered to an order.
type AnswerValue struct {
	Message string `json:"message,omitempty"`
	Nonce   string `json:"nonce"`
}

// Baseline is what existed before the first order of a group in a process.
type Baseline struct {
	Name     string    `json:"name"`
	Desktops []Desktop `json:"desktops"`
}

// Desktop is a desktop of a user.
type Desktop struct {
	Username string `json:"username"`
	UUID     string `json:"desktop_uuid"`
}

// encode cannot fail: the values hold only strings, numbers and times.
func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}
