package drift

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Command is the subcommand with its dependencies.
type Command struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Now            func() time.Time
	// OpenInbox returns the inbox at an address. The subcommand only reads it.
	OpenInbox func(address string) (inbox.Store, error)
}

// options are the arguments of the subcommand.
type options struct {
	plan, query, ignore string
	inbox, scope        string
	format, out         string
}

// Run runs the subcommand and returns its exit code: 0 without findings, 2 with
// findings, and 1 if the check is incomplete or failed.
func (c *Command) Run(ctx context.Context, args []string) int {
	o, err := parse(args, c.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		report := c.check(ctx, o)
		for _, problem := range report.Problems {
			c.complain(plain(problem))
		}
		if err = c.write(o, report); err == nil {
			return report.code()
		}
	}
	c.complain(err.Error())
	return 1
}

func (c *Command) complain(problem string) { _, _ = fmt.Fprintf(c.Stderr, "Error: %s\n", problem) }

// check reads the files and the inbox in o. It continues after an error,
// because the other files are still useful.
func (c *Command) check(ctx context.Context, o options) *Report {
	var in input
	c.readPlan(&in, o.plan)
	if o.query != "" {
		c.readQuery(&in, o.query)
	}
	if o.ignore != "" {
		c.readIgnore(&in, o.ignore)
	}
	if in.inboxUnasked = o.inbox == ""; !in.inboxUnasked {
		c.readInbox(ctx, &in, o)
	}
	return in.build()
}

// readPlan ignores an incomplete plan: with an incomplete state, managed
// desktops would be reported as unmanaged.
func (c *Command) readPlan(in *input, name string) {
	err := c.read(name, func(r io.Reader) error {
		plan, err := readPlan(r)
		if err == nil {
			in.plan = plan
		}
		return err
	})
	if err != nil {
		in.problems = append(in.problems, unusable("The plan", name, err))
	}
}

func (c *Command) readQuery(in *input, name string) {
	in.query = &query{}
	err := c.read(name, func(r io.Reader) (err error) {
		in.query, err = readQuery(r)
		return err
	})
	if err != nil {
		in.query.problems = append(in.query.problems, unusable("The query", name, err))
	}
}

func (c *Command) readIgnore(in *input, name string) {
	err := c.read(name, func(r io.Reader) (err error) {
		in.ignore, err = readIgnore(r, c.Now())
		return err
	})
	if err != nil {
		in.problems = append(in.problems, unusable("The ignore file", name, err))
	}
}

func (c *Command) readInbox(ctx context.Context, in *input, o options) {
	store, err := c.OpenInbox(o.inbox)
	if err == nil {
		in.orders, err = openOrders(ctx, store, o.scope)
	}
	in.ordersRead = err == nil
	if err != nil {
		in.problems = append(in.problems, fmt.Sprintf("The inbox %s cannot be read: %s.", o.inbox, err))
	}
}

func unusable(what, name string, err error) string {
	return fmt.Sprintf("%s %s cannot be used: %s.", what, name, err)
}

// read opens a file, or the standard input if name is "-".
func (c *Command) read(name string, use func(io.Reader) error) error {
	if name == "-" {
		return use(c.Stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return pathCause(err)
	}
	return errors.Join(use(file), file.Close())
}

// write writes the report to the standard output or to a file.
func (c *Command) write(o options, report *Report) error {
	if o.out == "" {
		return formats[o.format](c.Stdout, report)
	}
	// The report contains no secrets, and other users of a CI runner must be
	// able to read it.
	file, err := os.OpenFile(o.out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644) //nolint:gosec // G302: see above.
	if err == nil {
		err = errors.Join(formats[o.format](file, report), file.Close())
	}
	if err != nil {
		return fmt.Errorf("the report cannot be written to %s: %w", o.out, pathCause(err))
	}
	return nil
}

// pathCause returns the error without the name of the file, which the caller
// adds.
func pathCause(err error) error {
	if failed, found := errors.AsType[*os.PathError](err); found {
		return failed.Err
	}
	return err
}
