package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
)

// step is a measured command.
type step struct {
	name string
	args []string
}

// Each step continues from the previous one. Plans after the apply fail if they
// have changes; the first of them also confirms the orders in the inbox.
var (
	create = []step{
		{"start-up", []string{"providers", "schema", "-json"}},
		{"plan", []string{"plan"}},
		{"apply", []string{"apply", "-auto-approve"}},
		{"plan after apply", []string{"plan", "-detailed-exitcode"}},
	}
	refresh = []step{
		{"no-op plan", []string{"plan", "-detailed-exitcode"}},
		{"refresh-only", []string{"plan", "-refresh-only", "-detailed-exitcode"}},
	}
)

// comparison holds the resource usage by step and variant.
type comparison struct {
	service  *service
	variants []*variant
	samples  map[string]map[string][]usage
	requests map[string]int
}

// compare measures every step with n desktops and prints the medians.
func compare(ctx context.Context, out io.Writer, service *service, variants []*variant, n int, set settings) error {
	users := max(1, n/10)
	c := comparison{service, variants, map[string]map[string][]usage{}, map[string]int{}}
	for _, v := range variants {
		if err := v.configure(ctx, service.URL, configuration(n, users)); err != nil {
			return err
		}
	}
	steps := append(slices.Clip(create), refresh...)
	if n > set.largestApply {
		steps = refresh
	}
	for range set.rounds {
		service.reset(users)
		if n > set.largestApply {
			if err := c.addDesktops(ctx, n, users); err != nil {
				return err
			}
		}
		for _, s := range steps {
			if err := c.measure(ctx, s); err != nil {
				return err
			}
		}
	}
	_, err := io.WriteString(out, c.table(steps, fmt.Sprintf("%d desktops of %d users", n, users)))
	return err
}

// addDesktops creates desktops and their states, and lets the CLI write each state
// in its own form: OpenTofu reports a change of any other.
func (c *comparison) addDesktops(ctx context.Context, n, users int) error {
	if err := c.service.addDesktops(n, users, c.variants); err != nil {
		return err
	}
	for _, v := range c.variants {
		if _, err := v.run(ctx, "apply", "-refresh-only", "-auto-approve"); err != nil {
			return err
		}
	}
	return nil
}

// measure runs a step with all variants.
func (c *comparison) measure(ctx context.Context, s step) error {
	for _, v := range c.variants {
		before := c.service.requests()
		used, err := v.run(ctx, s.args...)
		if err != nil {
			return err
		}
		if c.samples[s.name] == nil {
			c.samples[s.name] = map[string][]usage{}
		}
		c.samples[s.name][v.name] = append(c.samples[s.name][v.name], used)
		if v == c.variants[0] {
			c.requests[s.name] = c.service.requests() - before
		}
	}
	return nil
}

func (c *comparison) table(steps []step, title string) string {
	var table strings.Builder
	fmt.Fprintf(&table, "\n## %s\n\n"+
		"| | CPU of CLI and provider | CPU of the provider | wall clock | peak memory of the provider | requests |\n"+
		"|---|---|---|---|---|---|\n", title)
	for _, s := range steps {
		provider, stock := c.samples[s.name][c.variants[0].name], c.samples[s.name][c.variants[1].name]
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %d |\n", s.name,
			ratio(provider, stock, usage.seconds, "%.2f s"),
			ratio(provider, stock, usage.providerSeconds, "%.2f s"),
			ratio(provider, stock, usage.wallSeconds, "%.2f s"),
			ratio(provider, stock, usage.peakMiB, "%.0f MiB"),
			c.requests[s.name])
	}
	return table.String()
}
