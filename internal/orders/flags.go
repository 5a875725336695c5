package orders

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
)

const usage = `Usage: terraform-provider-clouddesktop orders list [options]
       terraform-provider-clouddesktop orders show REF [options]
       terraform-provider-clouddesktop orders release REF [--desktop UUID] [options]
       terraform-provider-clouddesktop orders close REF [options]

Shows and repairs the orders that the provider has stored in its inbox. It starts
no Terraform, calls no service, and prints no password.

list     lists the open orders
show     shows one order and what happened to it
release  lets the next apply resume an order; with --desktop, that desktop is the
         result of the order if no callback named one
close    ends an order: no apply resumes it, and the next one places another

CLOUDDESKTOP_CALLBACK_TOKEN is the token of an https:// inbox.
CLOUDDESKTOP_CALLBACK_AGE_IDENTITY opens callbacks that are sealed.

Exit codes: 0 success, 1 error, 2 an order is open (only with --exit-code).

Options:
`

// options are the arguments of the subcommand.
type options struct {
	action, ref    string
	inbox, scope   string
	json, all, yes bool
	exitCode       bool
	desktop        string
}

// parse reads the arguments. Options may come before and after a reference.
func (c *Command) parse(args []string) (options, error) {
	o := options{}
	set := flag.NewFlagSet("orders", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.inbox, "inbox", "", "the inbox of the callback block: a directory, s3://… or https://…; the one in Terraform's data directory if empty")
	set.StringVar(&o.scope, "scope", "", "the scope of the callback block; all scopes if empty")
	set.BoolVar(&o.json, "json", false, "list, show: print JSON")
	set.BoolVar(&o.all, "all", false, "list: also orders that have ended")
	set.BoolVar(&o.exitCode, "exit-code", false, "list: exit with 2 if an order is open")
	set.BoolVar(&o.yes, "yes", false, "release, close: do not ask")
	set.StringVar(&o.desktop, "desktop", "", "release: the `UUID` of the desktop that the order led to")
	var words []string
	for rest := args; ; {
		if err := set.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				set.SetOutput(c.Stdout)
				c.say("%s", usage)
				set.PrintDefaults()
			}
			return o, err
		}
		if set.NArg() == 0 {
			break
		}
		words, rest = append(words, set.Arg(0)), set.Args()[1:]
	}
	return o, o.check(words)
}

func (o *options) check(words []string) error {
	if len(words) == 0 || actions[words[0]] == nil {
		return errors.New("write orders list, orders show, orders release or orders close; orders -h explains them")
	}
	o.action = words[0]
	needed := 2
	if o.action == "list" {
		needed = 1
	}
	if len(words) != needed {
		if needed == 1 {
			return fmt.Errorf("orders list takes no %q; write \"orders show %s\" for one order", words[1], words[1])
		}
		return fmt.Errorf("write exactly one order: orders %s REF; \"orders list\" lists them", o.action)
	}
	if needed == 2 {
		o.ref = words[1]
	}
	return o.checkOptions()
}

// checkOptions returns an error for an option that has no effect.
func (o *options) checkOptions() error {
	for _, option := range []struct {
		name    string
		set     bool
		actions []string
	}{
		{"json", o.json, []string{"list", "show"}},
		{"all", o.all, []string{"list"}},
		{"exit-code", o.exitCode, []string{"list"}},
		{"yes", o.yes, []string{"release", "close"}},
		{"desktop", o.desktop != "", []string{"release"}},
	} {
		if option.set && !slices.Contains(option.actions, o.action) {
			return fmt.Errorf("orders %s does not take --%s", o.action, option.name)
		}
	}
	return nil
}
