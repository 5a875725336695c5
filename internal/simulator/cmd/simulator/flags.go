package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// errUsage is a command line that cannot be; what is wrong has been printed.
var errUsage = errors.New("wrong usage")

type flags struct {
	listen   string
	provider string
	options  []desktoptest.Option
	desktops []seed
	faults   []fault
	// lines are what the options mean to the provider's desktop block.
	lines []string
}

// seed is a desktop that exists from the start.
type seed struct {
	user, system string
}

func parse(args []string, stderr io.Writer) (flags, error) {
	var f flags
	option := func(o desktoptest.Option) { f.options = append(f.options, o) }
	set := flag.NewFlagSet("simulator", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.listen, "listen", "127.0.0.1:0", "`address` to listen on; port 0 is any free one")
	set.StringVar(&f.provider, "write-provider", "", "a `file` to write a provider block to, for Terraform to use the simulator")
	delay := set.Duration("callback-delay", 2*time.Second, "how long an order, a resize or a policy by callback takes")
	retries := set.Int("callback-retries", 0, "how often a callback that nobody takes is repeated, one second apart")
	put := set.Bool("callback-put", false, "call back by PUT in the place of POST")
	toggle := func(name, usage string, o desktoptest.Option, lines ...string) {
		set.BoolFunc(name, usage, func(value string) error {
			if value != "true" {
				return errors.New("give it or leave it out")
			}
			option(o)
			f.lines = append(f.lines, lines...)
			return nil
		})
	}
	toggle("policy-per-desktop", "the policy is a desktop's and not the service's", desktoptest.WithPolicyPerDesktop(), `policy_scope = "desktop"`)
	toggle("policy-callback", "the policy is reported by callback", desktoptest.WithPolicyCallback(), "policy_callback = true")
	toggle("unknown-user-empty", "an unknown user has an empty list of desktops, not an error", desktoptest.WithEmptyListForUnknownUser())
	toggle("sizes-as-text", "volume sizes are numeric strings", desktoptest.WithSizesAsText())
	set.Func("systems", "the operating systems on offer, `comma-separated`", func(value string) error {
		systems := strings.Split(value, ",")
		option(desktoptest.WithSystems(systems...))
		f.lines = append(f.lines, fmt.Sprintf(`operating_systems = ["%s"]`, strings.Join(systems, `", "`)))
		return nil
	})
	var headers []string
	set.Func("header", "a `name=value` that every request to the desktop service must carry; repeatable", func(value string) error {
		name, want, found := strings.Cut(value, "=")
		if !found || name == "" || want == "" {
			return errors.New("write name=value")
		}
		option(desktoptest.WithHeader(name, want))
		headers = append(headers, fmt.Sprintf("%q = %q", name, want))
		return nil
	})
	set.Func("desktop", "a `user=os` for a desktop that exists already, as in dev_07=win10; repeatable", func(value string) error {
		user, system, found := strings.Cut(value, "=")
		if !found || user == "" || system == "" {
			return errors.New("write user=os")
		}
		f.desktops = append(f.desktops, seed{user, system})
		return nil
	})
	set.Func("fail", "a `call[=how[:times]]` of the desktop service that fails; repeatable\n"+faultUsage(), func(value string) error {
		planned, err := parseFault(value)
		f.faults = append(f.faults, planned)
		return err
	})
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return flags{}, err
		}
		return flags{}, errUsage
	}
	if set.NArg() > 0 {
		_, _ = fmt.Fprintf(stderr, "simulator takes flags only, not %q\n", set.Args())
		return flags{}, errUsage
	}
	option(desktoptest.WithCallbackDelay(*delay))
	option(desktoptest.WithCallbackRetries(*retries, time.Second))
	if *put {
		option(desktoptest.WithCallbackMethod("PUT"))
	}
	if len(headers) > 0 {
		f.lines = append(f.lines, "headers = { "+strings.Join(headers, ", ")+" }")
	}
	return f, nil
}
