// Command bench compares the provider with one that does no I/O and is built
// the stock way: the real binaries, run by the real CLI, taking turns.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

const module = "github.com/clouddesktop/terraform-provider-clouddesktop"

func main() {
	sizes := flag.String("n", "100,1000", "numbers of desktops, separated by commas")
	rounds := flag.Int("rounds", 3, "how often everything is measured; the median counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *sizes, *rounds)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, list string, rounds int) error {
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
	arms, err := build(ctx, dir)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "Medians of %d rounds in which the provider and a stock one without I/O take turns: provider / stock = ratio.\n"+
		"The state of every apply is kept by an http backend in memory: a local file would be written anew at each change.\n", rounds); err != nil {
		return err
	}
	for _, n := range sizes {
		if err := compare(ctx, out, service, arms, n, rounds); err != nil {
			return err
		}
	}
	return latency(ctx, out, service, arms[0])
}

// parse reads numbers of desktops, separated by commas.
func parse(list string) (sizes []int, err error) {
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of desktops", text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// build lays out a directory of each provider: first the real one.
func build(ctx context.Context, dir string) ([]*arm, error) {
	wrapper := filepath.Join(dir, "usage")
	if err := acctest.Build(ctx, wrapper, module+"/internal/bench/usage"); err != nil {
		return nil, err
	}
	var arms []*arm
	for _, a := range []struct{ name, pkg string }{{"provider", module}, {"stock", module + "/internal/bench/stock"}} {
		executable := filepath.Join(dir, a.name)
		if err := acctest.Build(ctx, executable, a.pkg); err != nil {
			return nil, err
		}
		made, err := newArm(filepath.Join(dir, a.name+".d"), a.name, wrapper, executable)
		if err != nil {
			return nil, err
		}
		arms = append(arms, made)
	}
	return arms, nil
}

// step is a command that is measured.
type step struct {
	name string
	args []string
}

// Each step stands on the one before. The last two fail if anything differs.
var steps = []step{
	{"start-up", []string{"providers", "schema", "-json"}},
	{"plan", []string{"plan"}},
	{"apply", []string{"apply", "-auto-approve"}},
	{"no-op plan", []string{"plan", "-detailed-exitcode"}},
	{"refresh-only", []string{"plan", "-refresh-only", "-detailed-exitcode"}},
}

// compare measures every step with n desktops and prints the medians.
func compare(ctx context.Context, out io.Writer, service *service, arms []*arm, n, rounds int) error {
	users := max(1, n/10)
	samples := map[string]map[string][]usage{}
	requests := map[string]int{}
	for _, s := range steps {
		samples[s.name] = map[string][]usage{}
	}
	for _, a := range arms {
		if err := a.configure(ctx, service.URL, configuration(n, users)); err != nil {
			return err
		}
	}
	for range rounds {
		service.renew(users)
		for _, s := range steps {
			for _, a := range arms {
				before := service.requests()
				used, err := a.run(ctx, s.args...)
				if err != nil {
					return err
				}
				samples[s.name][a.name] = append(samples[s.name][a.name], used)
				if a == arms[0] {
					requests[s.name] = service.requests() - before
				}
			}
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\n%d desktops of %d users\n"+
		"\tCPU of CLI and provider\tCPU of the provider\twall clock\tpeak memory of the provider\trequests\n", n, users)
	for _, s := range steps {
		provider, stock := samples[s.name][arms[0].name], samples[s.name][arms[1].name]
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

// latency prints how long the provider takes to go on after a callback, one
// order at a time: it shall wait for nothing else.
func latency(ctx context.Context, out io.Writer, service *service, a *arm) error {
	const n = 20
	service.renew(0)
	if err := a.configure(ctx, service.URL, groups(n)); err != nil {
		return err
	}
	if _, err := a.run(ctx, "apply", "-auto-approve", "-parallelism=1"); err != nil {
		return err
	}
	times := service.latencies()
	if len(times) != n {
		return fmt.Errorf("%d of %d orders went on after their callback", len(times), n)
	}
	_, err := fmt.Fprintf(out, "\nFrom a callback to the next request of its order: median %s, at most %s, of %d orders\n",
		median(times).Round(time.Microsecond), times[n-1].Round(time.Microsecond), n)
	return err
}
