package orders

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// entry is the output for an order, without secrets.
type entry struct {
	Ref         string    `json:"ref"`
	Scope       string    `json:"scope"`
	UserGroup   string    `json:"user_group,omitempty"`
	Username    string    `json:"username,omitempty"`
	OS          string    `json:"os"`
	State       string    `json:"state"`
	Created     time.Time `json:"created"`
	DesktopUUID string    `json:"desktop_uuid,omitempty"`
}

// kindOf returns the kind of an order. A confirmed order has no intent, but its
// confirmation contains the kind.
func kindOf(o *ledger.Order) ledger.Kind {
	if o.Intent != nil {
		return o.Intent.Kind
	}
	for _, turn := range o.Turns {
		if turn.Order != nil {
			return *turn.Order
		}
	}
	return ledger.Kind{}
}

func scopeOf(o *ledger.Order) string {
	if o.Intent != nil {
		return o.Intent.Scope
	}
	for _, turn := range o.Turns {
		if turn.Scope != "" {
			return turn.Scope
		}
	}
	return ""
}

func newEntry(v *ledger.View, o *ledger.Order) entry {
	kind := kindOf(o)
	desktop, _ := o.Desktop()
	created := o.Created
	if created.IsZero() && len(o.Turns) > 0 {
		created = o.Turns[0].Written // The intent is deleted.
	}
	return entry{
		Ref: o.Ref, Scope: scopeOf(o), UserGroup: kind.UserGroup, Username: kind.Username, OS: kind.OS,
		State: ledger.State(v, o), Created: created.UTC().Truncate(time.Second), DesktopUUID: desktop.UUID,
	}
}

func (c *Command) list(_ context.Context, s *session, o options) (int, error) {
	found, open := []entry{}, 0
	for i := range s.view.Orders {
		order := &s.view.Orders[i]
		if !inScope(order, o.scope) || !o.all && !order.Open() {
			continue
		}
		if order.Open() {
			open++
		}
		found = append(found, newEntry(s.view, order))
	}
	slices.SortStableFunc(found, func(a, b entry) int { return a.Created.Compare(b.Created) })
	if s.missing {
		c.complain("There is no inbox in %s. Run the command in the directory of the configuration, or write --inbox.\n", s.address)
	}
	if err := c.printList(found, s.view.Now, o); err != nil {
		return 1, err
	}
	if open > 0 && o.exitCode {
		return 2, nil
	}
	return 0, nil
}

func (c *Command) printList(found []entry, now time.Time, o options) error {
	if o.json {
		return c.printJSON(map[string]any{"orders": found})
	}
	if len(found) == 0 {
		c.say("No order is open.\n")
		return nil
	}
	table := tabwriter.NewWriter(c.Stdout, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(table, "REF\tSCOPE\tUSER OR GROUP\tOS\tSTATE\tAGE\tDESKTOP")
	for _, e := range found {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Ref, e.Scope, e.UserGroup+e.Username, e.OS, e.State, age(now, e.Created), orDash(e.DesktopUUID))
	}
	return table.Flush()
}

func (c *Command) printJSON(value any) error {
	encoder := json.NewEncoder(c.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// age returns a readable duration.
func age(now, created time.Time) string {
	d := now.Sub(created)
	if d < time.Minute {
		return max(d, 0).Truncate(time.Second).String()
	}
	if d < 48*time.Hour {
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
