package relay

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const (
	// unknownRate is the number of requests per second with an unknown id that
	// are answered with 404. More requests are answered with 429. Neither leads
	// to a request to the inbox.
	unknownRate  = 100
	unknownBurst = 200
)

// service is the http.Handler of the relay.
type service struct {
	key       []byte
	callbacks http.Handler
	inbox     *https.Handler // Nil if the relay serves no inbox.
	metrics   *metrics
	unknown   *rate.Limiter
	log       *slog.Logger
	stopping  atomic.Bool
}

func newService(cfg *config, store inbox.Store, key []byte, logger *slog.Logger) *service {
	s := &service{
		key: key, metrics: newMetrics(), log: logger,
		unknown: rate.NewLimiter(unknownRate, unknownBurst),
	}
	watched := https.Watch(&measured{Store: store, metrics: s.metrics})
	s.callbacks = receiver.New(receiver.Config{
		Finder:  receiver.Inbox{Store: watched, Key: key},
		Seal:    ledger.Sealer{Recipients: cfg.recipients, Logger: logger}.Seal,
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

// ServeHTTP selects the handler by the end of the path, because a proxy may add
// a prefix.
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

// knows reports whether the path ends with a valid id of this inbox.
func (s *service) knows(path string) bool {
	at := strings.LastIndex(path, receiver.Path+"/")
	if at < 0 {
		return false
	}
	_, ok := id.Parse(strings.TrimSuffix(path[at+len(receiver.Path)+1:], "/"), s.key)
	return ok
}

// refuse answers a request with an unknown path. It does not log the request:
// otherwise, anyone who can reach the relay could fill the log.
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
		return // The receiver logs the reason.
	}
	s.log.Info("callback", "call", e.ID, "outcome", string(e.Outcome), "reason", e.Reason)
}

func ended(ctx context.Context, in receiver.Inbox, made id.ID) (bool, error) {
	if made.Kind() != id.Order {
		return false, nil
	}
	return ledger.Ended(ctx, in.Store, made.Ref())
}
