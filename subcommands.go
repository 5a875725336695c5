package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/address"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/drift"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/orders"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/relay"
)

// subcommands maps the first argument to a function that runs instead of the
// provider. The function gets the other arguments and returns the exit code.
var subcommands = map[string]func(args []string) int{
	"drift":  runDrift,
	"orders": runOrders,
	"relay":  runRelay,
}

func runDrift(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command := drift.Command{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, OpenInbox: openInbox}
	return command.Run(ctx, args)
}

func runOrders(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	stdin, err := os.Stdin.Stat()
	command := orders.Command{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, OpenInbox: openInbox,
		Terminal: err == nil && stdin.Mode()&os.ModeCharDevice != 0,
	}
	return command.Run(ctx, args)
}

func runRelay(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return relay.Command{Version: version, Getenv: os.Getenv, Stderr: os.Stderr}.Run(ctx, args)
}

// openInbox returns the inbox at an address, opened like in the provider.
func openInbox(text string) (inbox.Store, error) {
	return address.Open(address.Config{Address: text, Token: os.Getenv("CLOUDDESKTOP_CALLBACK_TOKEN")})
}
