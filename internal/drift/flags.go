package drift

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

const usage = `Usage: terraform-provider-clouddesktop drift PLAN.json [options]

Reports what differs between a Terraform state and the service: what changed or
was removed, which desktops nobody manages, which orders are open, and what
cannot be seen. It reads files; it starts no Terraform and calls no service.

PLAN.json is the output of "terraform show -json PLAN", where PLAN is the file
of "terraform plan -refresh-only -out=PLAN"; - reads the standard input.

Exit codes: 0 no findings, 2 findings, 1 the check is incomplete or failed.

Options:
`

// parse reads the arguments. Options may come before and after the plan.
func parse(args []string, help io.Writer) (options, error) {
	o := options{}
	set := flag.NewFlagSet("drift", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.query, "query", "", "a `file` with the output of terraform query -json")
	set.StringVar(&o.inbox, "inbox", "", "the inbox of the callback block: a directory, s3://… or https://…")
	set.StringVar(&o.scope, "scope", "", "the scope of the callback block; all scopes if empty")
	set.StringVar(&o.ignore, "ignore", "", "a `file` with the drift to ignore")
	set.StringVar(&o.format, "format", "text", "the format of the report: "+formatNames)
	set.StringVar(&o.out, "out", "", "a `file` for the report, instead of the standard output")
	var plans []string
	for rest := args; ; {
		if err := set.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				set.SetOutput(help)
				_, _ = io.WriteString(help, usage)
				set.PrintDefaults()
			}
			return o, err
		}
		if set.NArg() == 0 {
			break
		}
		plans, rest = append(plans, set.Arg(0)), set.Args()[1:]
	}
	switch {
	case len(plans) != 1:
		return o, errors.New("write exactly one plan: drift PLAN.json; drift -h explains more")
	case formats[o.format] == nil:
		return o, fmt.Errorf("--format is %q; write %s", o.format, formatNames)
	case o.scope != "" && o.inbox == "":
		return o, errors.New("--scope requires --inbox")
	}
	o.plan = plans[0]
	return o, nil
}
