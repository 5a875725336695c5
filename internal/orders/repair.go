package orders

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

func (c *Command) release(ctx context.Context, s *session, o options) (int, error) {
	order, err := s.order(o)
	if err != nil {
		return 1, err
	}
	if _, err := ledger.Release(order, ledger.Desktop{UUID: o.desktop}); err != nil {
		return 1, err
	}
	c.describe(s, order)
	if err := c.confirm("Let the next apply resume the order?", o.yes); err != nil {
		return 1, err
	}
	if err := s.ledger.Release(ctx, o.ref, ledger.Desktop{UUID: o.desktop}); err != nil {
		return 1, err
	}
	c.say("Order %s is released. The next apply resumes it.\n", o.ref)
	return 0, nil
}

func (c *Command) close(ctx context.Context, s *session, o options) (int, error) {
	order, err := s.order(o)
	if err != nil {
		return 1, err
	}
	if _, err := ledger.Close(order, closeReason); err != nil {
		return 1, err
	}
	c.describe(s, order)
	if desktop, found := order.Desktop(); found {
		c.complain("The order led to desktop %s of user %s, which will not be managed. To let the next apply take it instead, run: %s\n",
			desktop.UUID, desktop.Username, s.command("release", o))
	}
	if err := c.confirm("End the order? The next apply places another one.", o.yes); err != nil {
		return 1, err
	}
	desktop, err := s.ledger.CloseOrder(ctx, o.ref, closeReason)
	if err != nil {
		return 1, err
	}
	c.say("Order %s is closed.\n", o.ref)
	if desktop.UUID != "" {
		c.say("Desktop %s of user %s is not managed. To manage it, import %s/%s.\n", desktop.UUID, desktop.Username, desktop.Username, desktop.UUID)
	}
	return 0, nil
}

// closeReason is the reason in the turn of an order that this command closes.
const closeReason = "by the command orders close"

// command returns a command line for the same order in the same inbox.
func (s *session) command(verb string, o options) string {
	text := "terraform-provider-clouddesktop orders " + verb + " " + o.ref
	if o.inbox != "" {
		text += " --inbox " + quote(o.inbox)
	}
	return text
}

// quote quotes text for a shell if it contains special characters, such as the
// query of an address.
func quote(text string) string {
	if strings.ContainsAny(text, "&?* '\"$`\\;()<>|") {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return text
}

// describe prints the order that will be changed, and a warning if a process
// may still be working on it.
func (c *Command) describe(s *session, o *ledger.Order) {
	e := newEntry(s.view, o)
	c.complain("Order %s: %s for %s, ordered %s ago, %s.\n", e.Ref, e.OS, e.UserGroup+e.Username, age(s.view.Now, e.Created), e.State)
	holder := ""
	if o.Intent != nil {
		holder = o.Intent.Process
	}
	if len(o.Turns) > 0 {
		holder = o.Turns[len(o.Turns)-1].Process
	}
	if p := s.view.Process(holder); p.State == ledger.ProcessAlive {
		c.complain("Warning: process %d on %s still runs and may be waiting for it. It will store nothing in its state.\n", p.PID, p.Host)
	}
}

// confirm asks the user, unless --yes is set.
func (c *Command) confirm(question string, yes bool) error {
	if yes {
		return nil
	}
	if !c.Terminal {
		return errors.New("the command asks before it changes anything, but the standard input is not a terminal; write --yes to change it without a question")
	}
	c.complain("%s Only \"yes\" is accepted: ", question)
	answer, err := bufio.NewReader(c.Stdin).ReadString('\n')
	if err != nil {
		return errors.New("the standard input ended without an answer; write --yes to run without a question")
	}
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("cancelled; nothing was changed")
	}
	return nil
}
