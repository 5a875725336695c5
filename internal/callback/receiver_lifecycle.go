// Package callback waits for services that report the end of an order by
// calling back: each operation gets an unguessable address, a receiver writes
// what arrives there to an inbox, and whoever began the operation waits for it.
package callback

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Receiver hands out operations and receives their results.
type Receiver struct {
	address *address
	store   Store
	log     *slog.Logger
	listen  func(ctx context.Context) (net.Listener, error)

	// serving counts the server and its connections.
	serving sync.WaitGroup

	mu       sync.Mutex
	server   *http.Server // Nil until the first operation.
	listener net.Listener
	closed   bool
	base     *url.URL
	peers    *peers
	// patientUntil is when to give up a port that is taken, the same for all
	// operations: they wait for each other, and it would add up.
	patientUntil time.Time
	// operations holds those that this process began, nil for one that ended.
	operations map[reference]*Operation
	waiting    int
	stopPoll   context.CancelFunc
}

// New returns an Receiver, or a *ConfigError. It opens, listens and starts
// nothing: that happens with the first operation.
func New(cfg Config) (*Receiver, error) {
	address, err := parse(cfg)
	if err != nil {
		return nil, err
	}
	logger := cfg.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	x := &Receiver{
		address:    address,
		store:      cfg.Store,
		log:        logger,
		operations: map[reference]*Operation{},
	}
	x.listen = x.takePort
	return x, nil
}

// Host is the host of the address that the service will be told to call,
// without a port.
func (x *Receiver) Host() string { return x.address.url.Hostname() }

// Begin starts an operation and, the first time, the receiver. When it returns,
// the inbox remembers the operation.
func (x *Receiver) Begin(ctx context.Context) (*Operation, error) {
	base, peers, err := x.start(ctx)
	if err != nil {
		return nil, err
	}
	id := rand.Text()
	address := base.JoinPath(callbackPath, id).String()
	op := &Operation{exchange: x, url: &address, ref: refer(id), arrived: make(chan struct{})}
	memory, err := json.Marshal(remembered{Begun: time.Now().UTC()})
	if err != nil {
		return nil, err
	}
	if _, err := x.store.PutIfAbsent(ctx, op.ref.operationKey(), memory); err != nil {
		return nil, fmt.Errorf("unable to remember the operation: %w", err)
	}
	// Each time, because the registration may have been lost with the inbox.
	if err := peers.register(ctx); err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.operations[op.ref] = op
	return op, nil
}

// remembered is what the inbox holds of an operation.
type remembered struct {
	Begun time.Time `json:"begun"`
}

func (x *Receiver) start(ctx context.Context) (*url.URL, *peers, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.closed:
		return nil, nil, errors.New("the receiver of callbacks is closed")
	case x.server != nil:
		return x.base, x.peers, nil
	}
	listener, err := x.listen(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("unable to listen for callbacks; if another program or user has the port, listen on another one: %w", err)
	}
	base := *x.address.url
	if !x.address.fixed() {
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		base.Host = net.JoinHostPort(x.address.host, port)
	}
	x.base = &base
	x.serve(ctx, listener)
	return x.base, x.peers, nil
}

// closeTimeout bounds how long Close waits for connections that came before it.
// Terraform kills a provider two seconds after it was told to end.
const closeTimeout = 1200 * time.Millisecond

// Close accepts no more connections and lets those finish that it has, even if
// they have brought no request yet. Only what they bring depends on it: what was
// answered is in the inbox.
func (x *Receiver) Close() error {
	x.mu.Lock()
	server, listener := x.server, x.listener
	closed := x.closed
	x.closed = true
	x.mu.Unlock()
	if closed || server == nil {
		return nil
	}
	// Shutdown of the server would drop the requests that are still to come.
	err := listener.Close()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	go func() {
		x.serving.Wait()
		cancel()
	}()
	<-ctx.Done()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = errors.Join(err, ctx.Err(), server.Close())
	}
	return err
}
