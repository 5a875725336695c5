// Package port listens for callbacks. Except on Windows, any number of
// processes of one user can share a fixed port of a machine. Each of them may
// receive the callbacks of the others.
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
	// portRetryTimeout is how long Listen retries a port that is in use: the
	// process that uses it may be about to end or to share it.
	portRetryTimeout  = 2 * time.Second
	portRetryInterval = 20 * time.Millisecond
)

// Config is the configuration of a Port.
type Config struct {
	// Host and Port are the address; port "0" is a free port that is not shared.
	Host, Port string
	// Protocol identifies how the process answers callers. Only processes with
	// the same protocol share a port.
	Protocol string
	// InboxPath is the path of this process's inbox. It is empty if other
	// processes cannot open the inbox by a path.
	InboxPath string
	// Folder is the registry folder of the processes that share a port. The
	// default is the same for all processes of the user.
	Folder string
	// Logger receives warnings; nil discards them.
	Logger *slog.Logger
}

// Port is a port to listen on.
type Port struct {
	config   Config
	registry *registry // Nil if the port is not shared.
	// portDeadline is the time at which Listen stops retrying a port that is in
	// use. All calls of Listen share it, because they wait for each other and
	// their times would add up.
	portDeadline time.Time
}

// New returns a Port. It does not listen yet.
func New(config Config) *Port {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	return &Port{config: config}
}

// Fixed reports whether the configuration contains a fixed port.
func (p *Port) Fixed() bool { return p.config.Port != "0" }

// Listen listens on a free port, or shares a fixed port with other processes.
// These processes share one socket, so that waiting connections are lost only
// when the last process ends. With a socket for each process (SO_REUSEPORT),
// each process that ends would lose its connections. Listen must not be called
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
