// Command bench compares the provider with a stock provider without I/O. It
// runs the built binaries alternately with the Terraform CLI.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

const module = "github.com/clouddesktop/terraform-provider-clouddesktop"

func main() {
	sizes := flag.String("n", "100,1000", "numbers of desktops, separated by commas")
	rounds := flag.Int("rounds", 3, "number of rounds; the result is the median")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *sizes, *rounds, callbacks)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run measures everything: the providers with each number of desktops, and each
// kind of inbox with n callbacks.
func run(ctx context.Context, out io.Writer, list string, rounds, n int) error {
	sizes, err := parse(list)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	service := startService()
	defer service.Close()
	variants, err := build(ctx, dir)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "Medians of %d rounds, the provider and a stock provider without I/O alternately: provider / stock = ratio.\n"+
		"An http backend keeps the states in memory: with a local file, Terraform writes the whole state at every change.\n", rounds); err != nil {
		return err
	}
	for _, n := range sizes {
		if err := compare(ctx, out, service, variants, n, rounds); err != nil {
			return err
		}
	}
	kinds := &inboxes{}
	defer kinds.Close()
	if err := kinds.start(ctx, dir); err != nil {
		return err
	}
	if err := storing(ctx, out, dir, kinds, n); err != nil {
		return err
	}
	for _, kind := range kinds.kinds {
		if err := latency(ctx, out, service, variants[0], kind); err != nil {
			return err
		}
	}
	return nil
}

// parse parses numbers of desktops, separated by commas.
func parse(list string) (sizes []int, err error) {
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a number of desktops", text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// build builds both variants, the provider first.
func build(ctx context.Context, dir string) ([]*variant, error) {
	wrapper := filepath.Join(dir, "usage")
	if err := acctest.Build(ctx, wrapper, module+"/internal/bench/usage"); err != nil {
		return nil, err
	}
	var variants []*variant
	for _, a := range []struct{ name, pkg string }{{"provider", module}, {"stock", module + "/internal/bench/stock"}} {
		executable := filepath.Join(dir, a.name)
		if err := acctest.Build(ctx, executable, a.pkg); err != nil {
			return nil, err
		}
		made, err := newVariant(filepath.Join(dir, a.name+".d"), a.name, wrapper, executable)
		if err != nil {
			return nil, err
		}
		variants = append(variants, made)
	}
	return variants, nil
}

// step is a measured command.
type step struct {
	name string
	args []string
}

// Each step continues from the previous one. The last two fail if the plan has
// changes.
var steps = []step{
	{"start-up", []string{"providers", "schema", "-json"}},
	{"plan", []string{"plan"}},
	{"apply", []string{"apply", "-auto-approve"}},
	{"no-op plan", []string{"plan", "-detailed-exitcode"}},
	{"refresh-only", []string{"plan", "-refresh-only", "-detailed-exitcode"}},
}

// compare measures every step with n desktops and prints the medians.
func compare(ctx context.Context, out io.Writer, service *service, variants []*variant, n, rounds int) error {
	users := max(1, n/10)
	samples := map[string]map[string][]usage{}
	requests := map[string]int{}
	for _, s := range steps {
		samples[s.name] = map[string][]usage{}
	}
	for _, v := range variants {
		if err := v.configure(ctx, service.URL, configuration(n, users)); err != nil {
			return err
		}
	}
	for range rounds {
		service.reset(users)
		for _, s := range steps {
			for _, v := range variants {
				before := service.requests()
				used, err := v.run(ctx, s.args...)
				if err != nil {
					return err
				}
				samples[s.name][v.name] = append(samples[s.name][v.name], used)
				if v == variants[0] {
					requests[s.name] = service.requests() - before
				}
			}
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\n%d desktops of %d users\n"+
		"\tCPU of CLI and provider\tCPU of the provider\twall clock\tpeak memory of the provider\trequests\n", n, users)
	for _, s := range steps {
		provider, stock := samples[s.name][variants[0].name], samples[s.name][variants[1].name]
		fmt.Fprintf(&table, "%s\t%s\t%s\t%s\t%s\t%d\n", s.name,
			ratio(provider, stock, usage.seconds, "%.2f s"),
			ratio(provider, stock, usage.providerSeconds, "%.2f s"),
			ratio(provider, stock, usage.wallSeconds, "%.2f s"),
			ratio(provider, stock, usage.peakMiB, "%.0f MiB"),
			requests[s.name])
	}
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	if _, err := io.WriteString(w, table.String()); err != nil {
		return err
	}
	return w.Flush()
}

// latency prints the time between a callback and the next request of its order,
// one order at a time.
func latency(ctx context.Context, out io.Writer, service *service, v *variant, kind measuredInbox) error {
	const n = 20
	service.reset(0)
	v.callback, v.env = "  callback {\n    scope = \"bench\"\n    "+kind.callback+"\n  }\n", append(slices.Clip(v.env), kind.env...)
	if err := v.configure(ctx, service.URL, groups(n)); err != nil {
		return err
	}
	if _, err := v.run(ctx, "apply", "-auto-approve", "-parallelism=1"); err != nil {
		return err
	}
	times := service.latencies()
	if len(times) != n {
		return fmt.Errorf("%d of %d orders continued after their callback", len(times), n)
	}
	_, err := fmt.Fprintf(out, "\nFrom a callback to the next request of its order, %s: median %s, at most %s, of %d orders\n",
		kind.name, median(times).Round(time.Microsecond), times[n-1].Round(time.Microsecond), n)
	return err
}
