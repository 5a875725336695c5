// Package port listens for callbacks. Any number of processes of one user can
// share a fixed port of a machine, but not on Windows: each may receive the
// callbacks of all others.
package port

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"
)

const (
	// portRetryTimeout is how long a port that is in use is tried again: the
	// process that has it may be about to end, or about to share it.
	portRetryTimeout  = 2 * time.Second
	portRetryInterval = 20 * time.Millisecond
)

// Config is where to listen, and for whom.
type Config struct {
	// Host and Port are the address; port "0" is a free port that is not shared.
	Host, Port string
	// Protocol is the same for processes that answer a caller alike.
	Protocol string
	// InboxPath is where the inbox of this process is, or empty if other processes
	// cannot open it by its path.
	InboxPath string
	// Folder is where the processes that share a port find each other. If empty,
	// it is the same for all processes of the user.
	Folder string
	// Logger receives what goes wrong; nil discards it.
	Logger *slog.Logger
}

// Port is a port to listen on.
type Port struct {
	config   Config
	registry *registry // Nil if the port is not shared.
	// portDeadline is when to stop trying a port that is in use. It is the same
	// for all calls of Listen: they wait for each other, and it would add up.
	portDeadline time.Time
}

// New returns a Port. It opens nothing.
func New(config Config) *Port {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	return &Port{config: config}
}

// Fixed reports whether the port is one that the configuration names.
func (p *Port) Fixed() bool { return p.config.Port != "0" }

// Listen listens on a free port alone, and shares a fixed one with the other
// processes. All of them have one and the same socket: what waits there to be
// accepted is lost with the last of them only, while of several sockets on one
// port (SO_REUSEPORT) each would lose its part. It must not be called
// concurrently.
func (p *Port) Listen(ctx context.Context) (net.Listener, error) {
	address := net.JoinHostPort(p.config.Host, p.config.Port)
	if !p.Fixed() {
		return new(net.ListenConfig).Listen(ctx, "tcp", address)
	}
	var err error
	if p.registry, err = openRegistry(p.config); err != nil {
		p.warnNotShared(ctx, err)
	}
	listener, err := p.listenOrShare(ctx, address)
	if err != nil || p.registry == nil {
		return listener, err
	}
	shared, err := p.registry.shareSocket(listener)
	if err != nil {
		p.warnNotShared(ctx, err)
		return listener, nil
	}
	return shared, nil
}

func (p *Port) warnNotShared(ctx context.Context, err error) {
	p.config.Logger.WarnContext(ctx, "other processes on this machine cannot use the same callback port", "error", err)
}

func (p *Port) listenOrShare(ctx context.Context, address string) (net.Listener, error) {
	if p.portDeadline.IsZero() {
		p.portDeadline = time.Now().Add(portRetryTimeout)
	}
	for {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		refused, ok := errors.AsType[*net.OpError](err)
		if !ok || !errors.Is(refused, inUse) {
			return listener, err
		}
		listener, reason := p.registry.requestSocket(refused.Addr)
		if reason == nil {
			return listener, nil
		}
		if time.Now().After(p.portDeadline) {
			return nil, fmt.Errorf("%w (%w)", err, reason)
		}
		select {
		case <-time.After(portRetryInterval):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
