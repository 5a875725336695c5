package relay

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/address"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const (
	// shutdownTimeout is longer than storing a callback may take, and shorter
	// than the default grace period of Kubernetes, 30 seconds.
	shutdownTimeout = 25 * time.Second
	idleTimeout     = 2 * time.Minute
	startTimeout    = time.Minute
)

// The exit codes of the subcommand.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// Command is the subcommand with its dependencies.
type Command struct {
	Version string
	Getenv  func(string) string
	Stderr  io.Writer
	// Listening, if set, is called with the address once requests are accepted.
	Listening func(net.Addr)
}

// Run runs the relay until ctx ends, and returns the exit code.
func (c Command) Run(ctx context.Context, args []string) int {
	cfg, err := parseArgs(args, c.Getenv, c.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		c.fail(err)
		return exitUsage
	}
	logger := slog.New(slog.NewJSONHandler(c.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	if err := c.serve(ctx, cfg, logger); err != nil {
		c.fail(err)
		return exitFailure
	}
	return exitOK
}

func (c Command) fail(err error) {
	_, _ = fmt.Fprintf(c.Stderr, "relay: %v\n", err) // An error cannot be reported.
}

// serve starts the relay and stops it when ctx ends.
func (c Command) serve(ctx context.Context, cfg *config, logger *slog.Logger) error {
	store, err := c.open(cfg, logger)
	if err != nil {
		return err
	}
	key, err := prepare(ctx, store)
	if err != nil {
		return fmt.Errorf("the inbox cannot be used: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.listen)
	if err != nil {
		return fmt.Errorf("unable to listen: %w", err)
	}
	s := newService(cfg, store, key, logger)
	server := newServer(s, cfg, logger)
	failed := make(chan error, 1)
	go func() {
		limited := netutil.LimitListener(listener, cfg.maxConnections)
		if cfg.tls != nil {
			failed <- server.ServeTLS(limited, "", "")
		} else {
			failed <- server.Serve(limited)
		}
	}()
	logger.InfoContext(ctx, "relay started", "version", c.Version, "address", listener.Addr().String(), "tls", cfg.tls != nil,
		"serves_inbox", cfg.token != "", "recipients", cfg.recipients.Names())
	if c.Listening != nil {
		c.Listening(listener.Addr())
	}
	select {
	case err := <-failed:
		return fmt.Errorf("the server stopped: %w", err)
	case <-ctx.Done():
	}
	logger.InfoContext(ctx, "relay stops")
	s.stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return fmt.Errorf("requests were still running at the end: %w", err)
	}
	return nil
}

func (c Command) open(cfg *config, logger *slog.Logger) (inbox.Store, error) {
	client, err := api.NewHTTPClient(api.TransportConfig{UserAgent: "terraform-provider-clouddesktop/" + c.Version, Logger: logger})
	if err != nil {
		return nil, err
	}
	store, err := address.Open(address.Config{Address: cfg.inbox, HTTPClient: client})
	if err != nil {
		return nil, fmt.Errorf("--inbox: %w", err)
	}
	return store, nil
}

// newServer returns a server with the limits of a receiver. Unlike a receiver,
// it keeps connections open, because providers send many requests while they
// wait.
func newServer(handler http.Handler, cfg *config, logger *slog.Logger) *http.Server {
	server := receiver.NewServer(handler, cfg.tls)
	server.SetKeepAlivesEnabled(true)
	server.IdleTimeout = idleTimeout
	server.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelDebug)
	return server
}
