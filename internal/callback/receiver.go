// Package callback waits for the results of calls that a service reports by
// calling back. Each call gets an unguessable URL; a receiver stores what
// arrives there in an inbox, and the process that made the call waits for it.
package callback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/port"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// Receiver creates callback URLs and receives what is sent to them.
type Receiver struct {
	config  Config
	address *address
	store   inbox.Store
	log     *slog.Logger
	port    *port.Port
	listen  func(ctx context.Context) (net.Listener, error)

	// serving counts the server and its connections.
	serving sync.WaitGroup

	mu       sync.Mutex
	key      []byte       // Of the inbox; nil until the first call.
	server   *http.Server // Nil until the first call.
	listener net.Listener
	closed   bool
	base     *url.URL
	// pending holds the calls of this process by the hash of their id, nil for
	// one that ended.
	pending  map[string]*Pending
	waiting  int
	stopPoll context.CancelFunc
	others   []net.Listener // Listeners at the addresses of dead processes.

	// What orders need; see orders.go.
	ledger    *ledger.Ledger
	identity  process.Identity
	process   *process.Process // Nil until the first order.
	connected context.Context  //nolint:containedctx // It ends with Terraform, not with a call.
	orphan    context.CancelFunc

	probing sync.Mutex
	probed  bool

	fingerprint struct {
		sync.Mutex
		value string
	}
}

// registryFolder is the folder where the processes of a test find each other.
var registryFolder string

// New returns a Receiver, or a *ConfigError. It opens no file and does not
// listen: that happens with the first call.
func New(config Config) (*Receiver, error) {
	address, err := parse(config)
	if err != nil {
		return nil, err
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	shared := port.Config{Host: address.host, Port: address.port, Protocol: address.protocol(), Folder: registryFolder, Logger: config.Logger}
	if local, ok := config.Store.(interface{ Path() string }); ok {
		shared.InboxPath = local.Path()
	}
	r := &Receiver{
		config:  config,
		address: address,
		store:   config.Store,
		log:     config.Logger,
		port:    port.New(shared),
		pending: map[string]*Pending{},
	}
	r.connected, r.orphan = context.WithCancel(context.Background())
	r.listen = r.port.Listen
	return r, nil
}

// Host returns the host of the callback URL, without a port.
func (r *Receiver) Host() string { return r.address.url.Hostname() }

// Open returns a new callback URL and starts the receiver, if it is not running.
func (r *Receiver) Open(ctx context.Context, kind id.Kind) (*Pending, error) {
	key, err := r.makeKey(ctx)
	if err != nil {
		return nil, err
	}
	base, err := r.start(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := r.port.Register(ctx); err != nil {
		return nil, err
	}
	made := id.New(kind, r.config.Scope, key)
	address := base.JoinPath(receiver.Path, made.Secret()).String()
	return r.add(&Pending{receiver: r, url: &address, kind: kind, ref: made.Ref(), hash: made.Hash()}), nil
}

// Resume returns the order with this reference, which another process placed.
// It does not start the receiver, because the callback URL was chosen when the
// order was placed.
func (r *Receiver) Resume(ref string) (*Pending, error) {
	hash, ok := id.HashOfRef(ref)
	if !ok {
		return nil, fmt.Errorf("%.80q is not a reference", ref)
	}
	p := r.add(&Pending{receiver: r, kind: id.Order, ref: ref, hash: hash})
	p.notify() // The result may already be stored.
	return p, nil
}

func (r *Receiver) add(p *Pending) *Pending {
	p.news = make(chan struct{}, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending[p.hash] = p
	return p
}

// makeKey returns the HMAC key of the inbox, which the first call creates.
func (r *Receiver) makeKey(ctx context.Context) ([]byte, error) {
	r.mu.Lock()
	key := r.key
	r.mu.Unlock()
	if key != nil {
		return key, nil
	}
	return id.MakeKey(ctx, r.store)
}

func (r *Receiver) start(ctx context.Context, key []byte) (*url.URL, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, errors.New("the receiver of callbacks is closed")
	case r.server != nil:
		return r.base, nil
	case r.address.relay:
		r.base, r.key = r.address.url, key
		return r.base, nil
	}
	listener, err := r.listen(ctx)
	if err != nil {
		return nil, fmt.Errorf("unable to listen for callbacks; if another program or user has the port, listen on another one: %w", err)
	}
	base := *r.address.url
	if !r.port.Fixed() {
		_, number, _ := net.SplitHostPort(listener.Addr().String())
		base.Host = net.JoinHostPort(r.address.host, number)
	}
	r.base, r.key = &base, key
	r.serve(ctx, listener)
	return r.base, nil
}

// serve starts the server at listener. The caller holds r.mu.
func (r *Receiver) serve(ctx context.Context, listener net.Listener) {
	ctx = context.WithoutCancel(ctx) // The first call of many.
	server := receiver.NewServer(receiver.New(receiver.Config{
		Finder:  newFinder(receiver.Inbox{Store: r.store, Key: r.key}, r.port),
		Path:    r.address.url.Path,
		Seal:    r.config.Seal,
		Ended:   r.ended,
		Observe: r.observe,
		Logger:  r.log,
	}), r.address.tls)
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	server.ConnState = r.count
	server.ErrorLog = slog.NewLogLogger(boundHandler{r.log.Handler(), ctx}, slog.LevelDebug)
	r.listener, r.server = listener, server
	r.serving.Go(func() {
		var err error
		if server.TLSConfig != nil {
			err = server.ServeTLS(listener, "", "")
		} else {
			err = server.Serve(listener)
		}
		if !errors.Is(err, net.ErrClosed) {
			r.log.ErrorContext(ctx, "the receiver of callbacks stopped", "error", err)
		}
	})
	r.log.DebugContext(ctx, "receiving callbacks", "address", listener.Addr().String())
}

// count counts each connection when it is accepted, so that Close can wait for
// all of them.
func (r *Receiver) count(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		r.serving.Add(1)
	}
	if state == http.StateClosed {
		r.serving.Done()
	}
}

// boundHandler adds a context to records that have none.
type boundHandler struct {
	slog.Handler
	ctx context.Context
}

func (h boundHandler) Handle(_ context.Context, record slog.Record) error {
	return h.Handler.Handle(h.ctx, record) //nolint:contextcheck // A log.Logger has no context to inherit.
}

// closeTimeout limits how long Close waits for open connections. Terraform
// kills a provider two seconds after it asked it to stop.
const closeTimeout = 1200 * time.Millisecond

// Close stops accepting connections and waits for the open ones, also for those
// without a request so far. Callbacks that were answered are already in the
// inbox.
func (r *Receiver) Close() error {
	r.mu.Lock()
	server, listener, others, started := r.server, r.listener, r.others, r.process
	closed := r.closed
	r.closed = true
	r.mu.Unlock()
	defer r.orphan()
	if closed {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	var err error
	if started != nil {
		err = started.End(ctx)
	}
	if server == nil {
		return err
	}
	// Server.Shutdown would close connections that have not sent a request yet.
	err = errors.Join(err, listener.Close())
	for _, other := range others {
		err = errors.Join(err, other.Close())
	}
	go func() {
		r.serving.Wait()
		cancel()
	}()
	<-ctx.Done()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = errors.Join(err, ctx.Err(), server.Close())
	}
	return err
}
