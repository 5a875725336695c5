package ledger

import (
	"encoding/json"
	"time"
)

// Kind is the kind of desktop that an order is for. One order of a kind can
// replace another.
type Kind struct {
	// Service is the endpoint of the cloud desktop service.
	Service string `json:"service"`
	// UserGroup is the group in which the service creates a user; Username is
	// an existing user who gets another desktop. Exactly one is set.
	UserGroup string `json:"user_group,omitempty"`
	Username  string `json:"username,omitempty"`
	OS        string `json:"os"`
}

// Name returns the user group or the user, the value of "username" in the
// request.
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
	// URL is the base of the callback URL. Listen is the address at which the
	// process listened, on the machine with the id Machine. It is empty if a
	// relay receives.
	URL     string `json:"url"`
	Listen  string `json:"listen,omitempty"`
	Machine string `json:"machine,omitempty"`
	// Timeout is how long the order waits for its callback, from the store's
	// time of the intent.
	Timeout time.Duration `json:"timeout"`
	Term    int           `json:"term"`
	Process string        `json:"process"`
	// Nonce is unique for this Create, so that the store accepts the intent of
	// only one of two Creates in a process.
	Nonce string `json:"nonce"`
	// Recipient is the age recipient that results are sealed to, if any.
	Recipient string `json:"recipient,omitempty"`
}

// TurnKind is the kind of a Turn.
type TurnKind string

// The kinds of turns.
const (
	Claimed   TurnKind = "claimed"   // Another Create holds the order after this turn.
	Released  TurnKind = "released"  // No Create holds the order; the next one of its kind claims it.
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
	// Terraform, Scope and Order are set in a confirmation, because the process
	// of a plan has no record, and the intent is deleted.
	Terraform string `json:"terraform,omitempty"`
	Scope     string `json:"scope,omitempty"`
	Order     *Kind  `json:"order,omitempty"`
	// Username and UUID identify the desktop, if it is known.
	Username string `json:"username,omitempty"`
	UUID     string `json:"desktop_uuid,omitempty"`
	// Candidates is the number of desktops that a look found.
	Candidates int `json:"candidates,omitempty"`
	// Reason is the reason why an order was closed, for messages.
	Reason string `json:"reason,omitempty"`

	// Written is the time of the turn by the clock of the store.
	Written time.Time `json:"-"`
}

// TermValue identifies the process that took a term.
type TermValue struct {
	Process   string `json:"process"`
	Host      string `json:"host"`
	Terraform string `json:"terraform"`
}

// AnswerValue is the service's answer to an order.
type AnswerValue struct {
	Message string `json:"message,omitempty"`
	Nonce   string `json:"nonce"`
}

// Baseline is the desktops that existed before the first order of a group in a
// process.
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
