package relay

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

const (
	// unknownRate is how many requests with an unknown id are answered with 404 in
	// a second. More are answered with 429; neither costs a request of the inbox.
	unknownRate  = 100
	unknownBurst = 200
)

// service is the http.Handler of the relay.
type service struct {
	key        []byte
	recipients *seal.Recipients
	callbacks  http.Handler
	inbox      *https.Handler // Nil if no inbox is served.
	metrics    *metrics
	unknown    *rate.Limiter
	log        *slog.Logger
	stopping   atomic.Bool
}

func newService(cfg *config, store inbox.Store, key []byte, logger *slog.Logger) *service {
	s := &service{
		key: key, recipients: cfg.recipients, metrics: newMetrics(), log: logger,
		unknown: rate.NewLimiter(unknownRate, unknownBurst),
	}
	watched := https.Watch(&measured{Store: store, metrics: s.metrics})
	s.callbacks = receiver.New(receiver.Config{
		Finder:  receiver.Inbox{Store: watched, Key: key},
		Seal:    s.seal,
		Ended:   ended,
		Observe: s.observe,
		Logger:  logger,
	})
	if cfg.token != "" {
		s.inbox = https.NewHandler(watched, cfg.token, logger)
	}
	return s
}

// stop makes health checks fail and ends the requests that only wait.
func (s *service) stop() {
	s.stopping.Store(true)
	if s.inbox != nil {
		s.inbox.Stop()
	}
}

// ServeHTTP routes by the end of the path: a proxy may leave its own prefix.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case path == "/healthz":
		s.health(w)
	case path == "/metrics":
		s.metrics.ServeHTTP(w, r)
	case strings.Contains(path, https.Path) && s.inbox != nil:
		s.metrics.inboxRequests.Add(1)
		r.URL.Path = path[strings.Index(path, https.Path):]
		s.inbox.ServeHTTP(w, r)
	case s.knows(path):
		s.metrics.receive(s.callbacks, w, r)
	default:
		s.refuse(w)
	}
}

func (s *service) health(w http.ResponseWriter) {
	if s.stopping.Load() {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n")) // Who asks may be gone.
}

// knows reports whether the path ends with an id that the inbox's key made.
func (s *service) knows(path string) bool {
	at := strings.LastIndex(path, receiver.Path+"/")
	if at < 0 {
		return false
	}
	_, ok := id.Parse(strings.TrimSuffix(path[at+len(receiver.Path)+1:], "/"), s.key)
	return ok
}

// refuse answers what leads nowhere. It writes no log: whoever can reach the
// relay could fill it.
func (s *service) refuse(w http.ResponseWriter) {
	s.metrics.unknown.Add(1)
	w.Header().Set("Connection", "close")
	if !s.unknown.Allow() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many requests with unknown ids", http.StatusTooManyRequests)
		return
	}
	http.Error(w, "nothing waits for this callback", http.StatusNotFound)
}

// observe counts callbacks and logs them, without ids and contents.
func (s *service) observe(e receiver.Event) {
	s.metrics.outcome(string(e.Outcome))
	if e.Outcome == receiver.Refused {
		return // The receiver logs why.
	}
	s.log.Info("callback", "call", e.ID, "outcome", string(e.Outcome), "reason", e.Reason)
}

func ended(ctx context.Context, in receiver.Inbox, made id.ID) (bool, error) {
	if made.Kind() != id.Order {
		return false, nil
	}
	return ledger.Ended(ctx, in.Store, made.Ref())
}

const sealRetryInterval = 500 * time.Millisecond

// seal encrypts a callback to the recipients of the relay and to the one that
// the order's intent names. It tries until ctx ends, because a callback that is
// sealed to nobody who waits for it cannot be read.
func (s *service) seal(ctx context.Context, in receiver.Inbox, made id.ID, body []byte) ([]byte, error) {
	name := ""
	for made.Kind() == id.Order {
		var err error
		if name, err = ledger.Recipient(ctx, in.Store, made.Ref()); err == nil {
			break
		}
		s.log.WarnContext(ctx, "unable to look up the recipient of an order", "call", made, "error", err)
		select {
		case <-time.After(sealRetryInterval):
		case <-ctx.Done():
			return nil, err
		}
	}
	to, err := s.sealTo(ctx, name)
	if err != nil || to == nil {
		return body, err
	}
	return to.Seal(body)
}

// sealTo returns the recipients of a callback, or nil.
func (s *service) sealTo(ctx context.Context, name string) (*seal.Recipients, error) {
	switch {
	case name == "":
		return s.recipients, nil
	case s.recipients == nil:
		return seal.ParseRecipients(name)
	}
	to, err := s.recipients.With(name)
	if err != nil {
		// Not every kind of key can be combined; the order comes first.
		s.log.WarnContext(ctx, "a callback is sealed to the recipient of its order only", "recipient", name, "error", err)
		return seal.ParseRecipients(name)
	}
	return to, nil
}
