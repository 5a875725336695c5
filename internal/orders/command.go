// Package orders implements the subcommand orders, which shows and repairs the
// orders in an inbox without Terraform.
package orders

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// Command is the subcommand with its dependencies.
type Command struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	// Terminal reports whether Stdin is a terminal, so that a user can answer.
	Terminal bool
	// OpenInbox returns the inbox at an address. It creates nothing.
	OpenInbox func(address string) (inbox.Store, error)
}

// actions are the possible first arguments of the subcommand.
var actions = map[string]func(*Command, context.Context, *session, options) (int, error){
	"list":    (*Command).list,
	"show":    (*Command).show,
	"release": (*Command).release,
	"close":   (*Command).close,
}

// Run runs the subcommand and returns its exit code: 0 for success, 1 for an
// error, and 2 if --exit-code is set and an order is open.
func (c *Command) Run(ctx context.Context, args []string) int {
	o, err := c.parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	code := 1
	if err == nil {
		code, err = c.run(ctx, o)
	}
	if err != nil {
		c.complain("Error: %s\n", err)
		return 1
	}
	return code
}

func (c *Command) run(ctx context.Context, o options) (int, error) {
	s, err := c.open(o)
	if err != nil {
		return 1, err
	}
	if s.view, err = s.ledger.View(ctx); err != nil {
		return 1, fmt.Errorf("the inbox %s cannot be read: %w", s.address, err)
	}
	return actions[o.action](c, ctx, s, o)
}

// order returns the order with the reference in the arguments.
func (s *session) order(o options) (*ledger.Order, error) {
	order := s.view.Order(o.ref)
	if order == nil || !inScope(order, o.scope) {
		return nil, fmt.Errorf("the inbox %s holds no order %s; \"orders list --all\" lists those that it holds", s.address, o.ref)
	}
	return order, nil
}

// say prints to Stdout, and complain to Stderr. Errors of printing, such as a
// closed pipe, are ignored.
func (c *Command) say(format string, args ...any) { _, _ = fmt.Fprintf(c.Stdout, format, args...) }

func (c *Command) complain(format string, args ...any) {
	_, _ = fmt.Fprintf(c.Stderr, format, args...)
}
