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
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

const module = "github.com/clouddesktop/terraform-provider-clouddesktop"

func main() {
	set := settings{callbacks: 1000}
	flag.StringVar(&set.sizes, "n", "100,1000,5000", "numbers of desktops, separated by commas")
	flag.IntVar(&set.rounds, "rounds", 3, "number of rounds; the result is the median")
	flag.IntVar(&set.largestApply, "largest-apply", 1000, "largest number of desktops that are ordered; an apply of more takes many minutes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := writeHeader(os.Stdout, set, os.Args[1:])
	if err == nil {
		err = run(ctx, os.Stdout, set)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings are the settings of a run.
type settings struct {
	// sizes are the numbers of desktops.
	sizes string
	// rounds is the number of measurements of each step.
	rounds int
	// largestApply is the largest number of desktops that are ordered.
	largestApply int
	// callbacks is the number of callbacks stored in each kind of inbox.
	callbacks int
}

// run measures everything: the providers with each number of desktops, and each
// kind of inbox.
func run(ctx context.Context, out io.Writer, set settings) error {
	sizes, err := parse(set.sizes)
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
	for _, n := range sizes {
		if err := compare(ctx, out, service, variants, n, set); err != nil {
			return err
		}
	}
	kinds := &inboxes{}
	defer kinds.Close()
	if err := kinds.start(ctx, dir); err != nil {
		return err
	}
	if err := storing(ctx, out, dir, kinds, set.callbacks); err != nil {
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
	_, err := fmt.Fprintf(out, "\nFrom a callback to the next request of its order, %s: median %s, at most %s, of %d orders.\n",
		kind.name, median(times).Round(time.Microsecond), times[n-1].Round(time.Microsecond), n)
	return err
}
