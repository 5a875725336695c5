// Command simulator simulates all services that the provider uses. The first
// line of its output is its address, each further line is an event.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // A second Ctrl-C ends the process immediately.
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

// run runs the simulator until ctx is cancelled.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags, err := parse(args, stderr)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", flags.listen)
	if err != nil {
		return err
	}
	printLine := func(words ...any) { _, _ = fmt.Fprintln(stdout, words...) }
	log := func(line string) { printLine(time.Now().Format(time.TimeOnly), "", line) }
	s := simulator.New(log, flags.options...)
	url := "http://" + listener.Addr().String()
	if flags.provider != "" {
		if err := os.WriteFile(flags.provider, []byte(s.ProviderFile(url, flags.lines...)), 0o600); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	printLine(url)
	for _, d := range flags.desktops {
		log("created outside Terraform: desktop " + d.user + "/" + s.Desktop.AddDesktop(d.user, d.system))
	}
	for _, f := range flags.faults {
		f.plan(s.Desktop)
	}
	if err := s.Serve(ctx, listener); err != nil {
		return err
	}
	log("stopped")
	return nil
}
