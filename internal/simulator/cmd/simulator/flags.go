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

// errUsage means invalid flags. The reason has been printed.
var errUsage = errors.New("wrong usage")

type flags struct {
	listen   string
	provider string
	options  []desktoptest.Option
	desktops []seed
	faults   []fault
	// lines are the matching arguments of the provider's desktop block.
	lines []string
}

// seed is a desktop that exists at the start.
type seed struct {
	user, system string
}

func parse(args []string, stderr io.Writer) (flags, error) {
	var f flags
	option := func(o desktoptest.Option) { f.options = append(f.options, o) }
	set := flag.NewFlagSet("simulator", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.listen, "listen", "127.0.0.1:0", "`address` to listen on; port 0 chooses a free one")
	set.StringVar(&f.provider, "write-provider", "", "write a provider configuration that uses the simulator to `file`")
	delay := set.Duration("callback-delay", 2*time.Second, "time until the callback of an order, a resize or a policy")
	retries := set.Int("callback-retries", 0, "number of retries of a callback that was not accepted, one second apart")
	put := set.Bool("callback-put", false, "send callbacks by PUT instead of POST")
	toggle := func(name, usage string, o desktoptest.Option, lines ...string) {
		set.BoolFunc(name, usage, func(value string) error {
			if value != "true" {
				return errors.New("this flag does not take a value")
			}
			option(o)
			f.lines = append(f.lines, lines...)
			return nil
		})
	}
	toggle("policy-per-desktop", "each desktop has a policy of its own", desktoptest.WithPolicyPerDesktop(), `policy_scope = "desktop"`)
	toggle("policy-callback", "report policy changes by callback", desktoptest.WithPolicyCallback(), "policy_callback = true")
	toggle("unknown-user-empty", "answer an unknown user with an empty list of desktops instead of an error", desktoptest.WithEmptyListForUnknownUser())
	toggle("sizes-as-text", "send volume sizes as strings", desktoptest.WithSizesAsText())
	set.Func("systems", "available operating systems, `comma-separated`", func(value string) error {
		systems := strings.Split(value, ",")
		option(desktoptest.WithSystems(systems...))
		f.lines = append(f.lines, fmt.Sprintf(`operating_systems = ["%s"]`, strings.Join(systems, `", "`)))
		return nil
	})
	var headers []string
	set.Func("header", "a header, as `name=value`, that the desktop service requires; repeatable", func(value string) error {
		name, want, found := strings.Cut(value, "=")
		if !found || name == "" || want == "" {
			return errors.New("write name=value")
		}
		option(desktoptest.WithHeader(name, want))
		headers = append(headers, fmt.Sprintf("%q = %q", name, want))
		return nil
	})
	set.Func("desktop", "an existing desktop, as `user=os`, such as dev_07=win10; repeatable", func(value string) error {
		user, system, found := strings.Cut(value, "=")
		if !found || user == "" || system == "" {
			return errors.New("write user=os")
		}
		f.desktops = append(f.desktops, seed{user, system})
		return nil
	})
	set.Func("fail", "make a `call[=fault[:times]]` of the desktop service fail; repeatable\n"+faultUsage(), func(value string) error {
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
		_, _ = fmt.Fprintf(stderr, "unexpected argument %q: the simulator takes flags only\n", set.Args())
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
