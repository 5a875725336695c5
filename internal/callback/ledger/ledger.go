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
// decrypt. The error that wraps it names the missing identity.
var ErrSealed = errors.New("the callback is sealed to another identity")

// Config is the configuration of a Ledger.
type Config struct {
	Store inbox.Store
	// Scope identifies the orders of one Terraform state.
	Scope string
	// Process is the id of this process. Terraform is the id of the Terraform
	// process that started it. Host is the name of the machine.
	Process, Terraform, Host string
	// Age returns how long the process has been running, by the wall clock:
	// Go's monotonic clock stops while the machine sleeps.
	Age func() time.Duration
	// Register writes the record of this process; it is called once, before the
	// first order.
	Register func(ctx context.Context) error
	// Processes reads the process records of a listing and reports which
	// processes are alive. It may be nil if the caller only lists orders.
	Processes func(ctx context.Context, list inbox.Listing, value func(inbox.Entry) ([]byte, error)) ([]Process, error)
	// Connected ends when Terraform has ended without shutting down this
	// process.
	Connected context.Context //nolint:containedctx // It ends with Terraform, not with a call.
	// Decode decodes the body of a callback.
	Decode func(body []byte) Result
	// Open decrypts a sealed callback, or returns ErrSealed. Opens reports
	// whether Open can decrypt what is sealed to a recipient.
	Open  func(value []byte) ([]byte, error)
	Opens func(recipient string) bool
	// Redact removes the password from the body of a callback.
	Redact func(body []byte) []byte
	// Refused returns the reasons why callbacks of an order were refused, or
	// "". The error of a timeout contains them.
	Refused func(ref string) string
	// Reorder is lost_orders = "reorder".
	Reorder bool
	// Flags are added to the commands in messages, such as " --inbox s3://bucket".
	Flags string
	// PollInterval is the time between two Lists while an order waits. The
	// default is one second.
	PollInterval time.Duration
	Logger       *slog.Logger
}

// Ledger executes the decisions of this package for one process. Its methods
// may be called concurrently.
type Ledger struct {
	cfg  Config
	self Self
	log  *slog.Logger

	entering chan struct{} // Full while a Create registers the process.
	entered  bool
	refusal  error // The error of every order, if the process must not place any.

	mu     sync.Mutex
	next   *flight
	flying bool
	// latest is the List that began last, if that was after the last write of this
	// process that a first look must see.
	latest   *flight
	pauseEnd time.Time // When the next List may begin.
	// listed are the entries of the last List, and reader reads them. Only fly uses
	// them.
	listed  []inbox.Entry
	reader  Reader
	cache   map[string]cached
	results map[string]decodedResult // By the key of the result.
	// received holds the callbacks that this process received itself, by
	// reference.
	received map[string][]byte
	wake     chan struct{} // Closed when a callback arrives.
	news     *poll         // The next List for waiting orders.
	seen     string        // What the last Wait of the store returned.
	once     *flight       // The only List of a plan.

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
		results:  map[string]decodedResult{},
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
			l.outdate()
			return nil, nil
		}
	}
}
