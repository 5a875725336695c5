package callback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	// portPatience is how long a port that is taken is tried again: whoever has it
	// may be about to end, or about to offer it.
	portPatience = 2 * time.Second
	portPause    = 20 * time.Millisecond
)

// takePort listens on a free port alone, and shares a fixed one with the peers.
// All of them have one and the same socket: what waits there to be accepted is
// lost with the last of them only, while several sockets on one port
// (SO_REUSEPORT) would each take its part along. x.mu is held.
func (x *Receiver) takePort(ctx context.Context) (net.Listener, error) {
	if !x.address.fixed() {
		return new(net.ListenConfig).Listen(ctx, "tcp", x.address.listen())
	}
	var err error
	if x.peers, err = openPeers(x.address, x.store); err != nil {
		x.warnAlone(ctx, err)
	}
	listener, err := x.listenOrAsk(ctx)
	if err != nil || x.peers == nil {
		return listener, err
	}
	offered, err := x.peers.offer(listener)
	if err != nil {
		x.warnAlone(ctx, err)
		return listener, nil
	}
	return offered, nil
}

func (x *Receiver) warnAlone(ctx context.Context, err error) {
	x.log.WarnContext(ctx, "other runs on this machine cannot use the same callback port", "error", err)
}

func (x *Receiver) listenOrAsk(ctx context.Context) (net.Listener, error) {
	if x.patientUntil.IsZero() {
		x.patientUntil = time.Now().Add(portPatience)
	}
	for {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", x.address.listen())
		refused, ok := errors.AsType[*net.OpError](err)
		if !ok || !errors.Is(refused, inUse) {
			return listener, err
		}
		listener, why := x.peers.ask(refused.Addr)
		if why == nil {
			return listener, nil
		}
		if time.Now().After(x.patientUntil) {
			return nil, fmt.Errorf("%w (%w)", err, why)
		}
		select {
		case <-time.After(portPause):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
