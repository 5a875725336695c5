package orders

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// detail is one order with its chain.
type detail struct {
	entry

	Service     string     `json:"service,omitempty"`
	CallbackURL string     `json:"callback_url,omitempty"`
	Deadline    *time.Time `json:"deadline,omitempty"`
	Recipient   string     `json:"recipient,omitempty"`
	Answer      string     `json:"answer"`
	Callback    string     `json:"callback"`
	DiskGiB     int64      `json:"disk_gib,omitempty"`
	Turns       []turn     `json:"turns"`
	Evidence    []string   `json:"evidence"`
}

// turn is an entry of the chain.
type turn struct {
	Kind        string    `json:"kind"`
	Written     time.Time `json:"written"`
	Process     string    `json:"process"`
	Username    string    `json:"username,omitempty"`
	DesktopUUID string    `json:"desktop_uuid,omitempty"`
	Reason      string    `json:"reason,omitempty"`
}

func (c *Command) show(ctx context.Context, s *session, o options) (int, error) {
	order, err := s.order(o)
	if err != nil {
		return 1, err
	}
	d, err := s.detail(ctx, order)
	if err != nil {
		return 1, err
	}
	if o.json {
		return 0, c.printJSON(d)
	}
	c.printDetail(d)
	return 0, nil
}

func (s *session) detail(ctx context.Context, o *ledger.Order) (detail, error) {
	d := detail{
		entry: newEntry(s.view, o), Service: kindOf(o).Service, DiskGiB: o.DiskGiB,
		Answer: answerOf(o), Callback: callbackOf(o), Turns: []turn{}, Evidence: []string{},
	}
	if o.Intent != nil {
		deadline := o.Created.Add(o.Intent.Timeout).UTC().Truncate(time.Second)
		d.CallbackURL, d.Recipient, d.Deadline = o.Intent.URL, o.Intent.Recipient, &deadline
	}
	for _, t := range o.Turns {
		d.Turns = append(d.Turns, turn{
			Kind: string(t.Kind), Written: t.Written.UTC().Truncate(time.Second), Process: s.processName(t.Process),
			Username: t.Username, DesktopUUID: t.UUID, Reason: t.Reason,
		})
	}
	evidence, err := receiver.ReadEvidence(ctx, s.store, o.Ref)
	for _, e := range evidence {
		d.Evidence = append(d.Evidence, e.Reason)
	}
	return d, err
}

// processName returns the name of a process, if it still has a record.
func (s *session) processName(id string) string {
	p := s.view.Process(id)
	if p.Host == "" {
		return id
	}
	return fmt.Sprintf("process %d on %s", p.PID, p.Host)
}

func answerOf(o *ledger.Order) string {
	switch {
	case o.Unsent:
		return "not sent"
	case o.Accepted:
		return "accepted"
	case o.Refused:
		return "refused: " + o.RefusedMessage
	case o.Intent == nil:
		return "deleted"
	}
	return "unknown"
}

func callbackOf(o *ledger.Order) string {
	switch o.Result.Kind {
	case ledger.ResultSuccess:
		return "success"
	case ledger.ResultFailure:
		return "failure: " + o.Result.Message
	case ledger.ResultNotFinal:
		return "not final: " + o.Result.Message
	case ledger.ResultSealed:
		return "sealed: " + o.Result.Message
	case ledger.NoResult:
	}
	return "none"
}

func (c *Command) printDetail(d detail) {
	line := func(name, value string) {
		if value != "" && value != "0" {
			c.say("%-14s %s\n", name+":", value)
		}
	}
	line("Order", d.Ref)
	line("State", d.State)
	line("Scope", d.Scope)
	line("User group", d.UserGroup)
	line("User", d.Username)
	line("OS", d.OS)
	line("Service", d.Service)
	line("Ordered", d.Created.Format(time.RFC3339))
	if d.Deadline != nil {
		line("Deadline", d.Deadline.Format(time.RFC3339))
	}
	line("Answer", d.Answer)
	line("Callback", d.Callback)
	line("Callback URL", d.CallbackURL)
	line("Sealed to", d.Recipient)
	line("Desktop", d.DesktopUUID)
	line("Disk (GiB)", fmt.Sprint(d.DiskGiB))
	for n, t := range d.Turns {
		words := []string{t.Written.Format(time.RFC3339), t.Kind, "by " + t.Process}
		if t.DesktopUUID != "" {
			words = append(words, "desktop "+t.DesktopUUID)
		}
		if t.Reason != "" {
			words = append(words, "("+t.Reason+")")
		}
		line(fmt.Sprintf("Turn %d", n+1), strings.Join(words, " "))
	}
	for n, reason := range d.Evidence {
		line(fmt.Sprintf("Evidence %d", n+1), reason)
	}
}
