package ledger

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// ErrSealed is returned by Config.Open for a callback that this process cannot
// open. What wraps it names the missing identity.
var ErrSealed = errors.New("the callback is sealed to another identity")

// Config is what a Ledger is made of.
type Config struct {
	Store inbox.Store
	// Scope is the name of the orders of one Terraform state.
	Scope string
	// Process is the id of this process, Terraform that of the Terraform that
	// started it, and Host where it runs.
	Process, Terraform, Host string
	// Age returns how long the process has been running, by the clock of the
	// operating system: Go's stands still while a machine sleeps.
	Age func() time.Duration
	// Register writes the record of this process; it is called once, before the
	// first order.
	Register func(ctx context.Context) error
	// Processes reads the records of a listing and tells who lives. It is nil
	// where nothing but a list of orders is wanted.
	Processes func(ctx context.Context, list inbox.Listing, value func(inbox.Entry) ([]byte, error)) ([]Process, error)
	// Connected ends when Terraform is gone without having shut this process down.
	Connected context.Context //nolint:containedctx // It is the life of Terraform, not of a call.
	// Decode reads the body of a callback.
	Decode func(body []byte) Result
	// Open decrypts what a receiver sealed, or returns ErrSealed; Opens reports
	// whether it can open what is sealed to a recipient.
	Open  func(value []byte) ([]byte, error)
	Opens func(recipient string) bool
	// Redact removes the password from the body of a callback.
	Redact func(body []byte) []byte
	// Refused returns why callbacks of an order were refused, for the error of a
	// timeout; empty if none was.
	Refused func(ref string) string
	// Reorder is lost_orders = "reorder".
	Reorder bool
	// Flags are added to the commands in messages, such as " --inbox s3://bucket".
	Flags string
	// PollInterval is how often the inbox is listed while an order waits; one
	// second if 0.
	PollInterval time.Duration
	Logger       *slog.Logger
}

// Ledger executes the decisions of this package for one process. Its methods
// may be called at the same time.
type Ledger struct {
	cfg  Config
	self Self
	log  *slog.Logger

	entering chan struct{} // Holds a value while a Create enters.
	entered  bool
	refusal  error // Why no order may be placed.

	mu     sync.Mutex
	next   *flight
	flying bool
	cache  map[string]cached
	// received are callbacks that this process received itself, by reference.
	received map[string][]byte
	wake     chan struct{} // Closed when one arrives.
	news     *poll         // The next List while orders wait.
	once     *flight       // The one List of a plan.

	confirmed sync.Map // The references that Confirm was called with.
	baselines sync.Map // From the key to *baselineCall.
	running   sync.WaitGroup
}

// New returns a Ledger. It reads and writes nothing.
func New(cfg Config) *Ledger {
	if cfg.PollInterval == 0 {
		cfg.PollInterval = time.Second
	}
	if cfg.Connected == nil {
		cfg.Connected = context.Background()
	}
	logger := cfg.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Ledger{
		cfg: cfg, log: logger,
		self:     Self{Scope: cfg.Scope, Process: cfg.Process, Terraform: cfg.Terraform},
		entering: make(chan struct{}, 1),
		cache:    map[string]cached{},
		received: map[string][]byte{},
		wake:     make(chan struct{}),
	}
}

// enter registers the process and takes its term, once.
func (l *Ledger) enter(ctx context.Context) error {
	l.entering <- struct{}{}
	defer func() { <-l.entering }()
	if l.entered || l.refusal != nil {
		return l.refusal
	}
	if err := l.cfg.Register(ctx); err != nil {
		return err
	}
	stop, err := l.takeTerm(ctx)
	switch {
	case err != nil:
		return err
	case stop != nil:
		l.refusal = l.failed(Outcome{Kind: OutcomeStopped, Stop: stop}, nil)
		return l.refusal
	}
	l.entered = true
	l.clean(ctx)
	return nil
}

func (l *Ledger) takeTerm(ctx context.Context) (*Stop, error) {
	for {
		v, err := l.load(ctx)
		if err != nil {
			return nil, err
		}
		n, stop := NextTerm(v, l.self)
		if stop != nil {
			return stop, nil
		}
		value := TermValue{Process: l.cfg.Process, Host: l.cfg.Host, Terraform: l.cfg.Terraform}
		taken, err := l.write(ctx, termKey(l.cfg.Scope, n), encode(value))
		if err != nil {
			return nil, err
		}
		if taken {
			l.self.Term = n
			return nil, nil
		}
	}
}
