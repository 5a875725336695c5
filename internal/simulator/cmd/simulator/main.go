// Command simulator plays all the services that the provider talks to. Its
// address is the first line that it prints; what happens follows in plain words.
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
	context.AfterFunc(ctx, stop) // A second Ctrl-C ends it at once.
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

// run simulates until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags, err := parse(args, stderr)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", flags.listen)
	if err != nil {
		return err
	}
	say := func(words ...any) { _, _ = fmt.Fprintln(stdout, words...) }
	log := func(line string) { say(time.Now().Format(time.TimeOnly), "", line) }
	s := simulator.New(log, flags.options...)
	url := "http://" + listener.Addr().String()
	if flags.provider != "" {
		if err := os.WriteFile(flags.provider, []byte(s.Configuration(url, flags.lines...)), 0o600); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	say(url)
	for _, d := range flags.desktops {
		log("made outside of Terraform: desktop " + d.user + "/" + s.Desktop.AddDesktop(d.user, d.system))
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
