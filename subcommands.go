package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/drift"
)

// subcommands maps the first argument to what runs instead of the provider. A
// subcommand gets the other arguments and returns the exit code.
var subcommands = map[string]func(args []string) int{
	"drift": runDrift,
}

func runDrift(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command := drift.Command{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, OpenInbox: openInbox}
	return command.Run(ctx, args)
}

// openInbox returns the inbox at an address, as the provider would open it.
func openInbox(address string) (inbox.Store, error) {
	if strings.Contains(address, "://") {
		return nil, fmt.Errorf("%q is not a directory", address)
	}
	return directory.New(address)
}
