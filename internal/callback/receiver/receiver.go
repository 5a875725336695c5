// Package receiver accepts the callbacks of the cloud desktop service. It
// stores each callback in an inbox before it answers with 200, so that no
// callback is lost that the service considers delivered.
package receiver

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Path is the path of a callback URL, before the id.
const Path = "/v1/callbacks"

// Inbox is an inbox and its HMAC key, with which its ids were made.
type Inbox struct {
	Store inbox.Store
	Key   []byte
}

// Find implements Finder for the ids of this inbox.
func (i Inbox) Find(_ context.Context, text string) (Inbox, id.ID, bool, error) {
	made, ok := id.Parse(text, i.Key)
	return i, made, ok, nil
}

// Finder finds the inbox that the id of a callback belongs to.
type Finder interface {
	// Find returns the inbox with whose key the check bits of the id were made,
	// and whether there is one. An error means that an inbox could not be read.
	Find(ctx context.Context, text string) (Inbox, id.ID, bool, error)
}

// Config is the configuration of a Handler. Only Finder is required.
type Config struct {
	Finder Finder
	// Path is the path of the configured callback URL. A proxy may or may not
	// remove it from the requests that it forwards.
	Path string
	// Seal encrypts the body of a callback before it is stored.
	Seal func(ctx context.Context, in Inbox, made id.ID, body []byte) ([]byte, error)
	// Ended reports whether the call of an id has ended, so that it accepts no
	// result.
	Ended func(ctx context.Context, in Inbox, made id.ID) (bool, error)
	// Observe is called with the outcome of each callback with a valid id,
	// before the answer. It must not block.
	Observe func(Event)
	// Logger receives the outcome of each callback, without ids and bodies.
	Logger *slog.Logger
}

// Outcome is the outcome of a callback.
type Outcome string

// The outcomes.
const (
	Stored   Outcome = "stored"    // The result is in the inbox.
	Unstored Outcome = "unstored"  // The result could not be stored yet; storing it is retried.
	NotFinal Outcome = "not final" // It is in the inbox as evidence.
	Ended    Outcome = "ended"     // The call had ended; the callback of an order is stored as evidence, without password.
	Refused  Outcome = "refused"   // It was not stored, and the answer is an error.
	Probed   Outcome = "probed"    // It was a probe of a provider.
)

// Event is the outcome of a callback with a valid id.
type Event struct {
	ID      id.ID
	Outcome Outcome
	// Reason is the reason why a callback was refused or is not final.
	Reason string
	// Body is the callback itself, for Unstored only.
	Body []byte
}

// Handler is the http.Handler of callbacks.
type Handler struct {
	config Config
}

// New returns a Handler.
func New(config Config) *Handler {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Observe == nil {
		config.Observe = func(Event) {}
	}
	return &Handler{config: config}
}

// ServeHTTP accepts callbacks at every path that ends with Path and an id,
// because processes that share the port may have URLs with different paths.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, h.config.Path)
	if path == "/healthz" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		return
	}
	at := strings.LastIndex(path, Path+"/")
	text := ""
	if at >= 0 {
		text = strings.TrimSuffix(path[at+len(Path)+1:], "/")
	}
	if text == "" {
		h.refuse(w, r, &refusal{http.StatusNotFound, "this path does not exist", nil})
		return
	}
	h.receive(w, r, text)
}

func (h *Handler) receive(w http.ResponseWriter, r *http.Request, text string) {
	in, made, found, err := h.config.Finder.Find(r.Context(), text)
	switch {
	case err != nil:
		h.refuse(w, r, &refusal{http.StatusServiceUnavailable, "the inbox cannot be read", err})
		return
	case !found:
		h.refuse(w, r, &refusal{http.StatusNotFound, "nothing waits for this callback", nil})
		return
	}
	event, refused := h.accept(w, r, in, made)
	if refused != nil {
		event = Event{ID: made, Outcome: Refused, Reason: refused.reason}
		h.config.Observe(event)
		h.refuse(w, r, refused)
		return
	}
	h.config.Observe(event)
	h.config.Logger.DebugContext(r.Context(), "callback", "call", made, "outcome", string(event.Outcome), "reason", event.Reason)
	w.Header().Set("Content-Type", "application/json")
	reply := "{}\n"
	if event.Outcome == Probed {
		reply = `{"proof":"` + made.Proof(in.Key) + "\"}\n"
	}
	// The callback is stored, so an error of writing the answer is ignored.
	_, _ = io.WriteString(w, reply) //nolint:gosec // A proof has only letters and digits.
}

// refusal is an answer that is not a success.
type refusal struct {
	status int
	reason string
	err    error // Only for the log.
}

// refuse answers with an error. It does not log the path and the body, because
// both may contain secrets.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, refused *refusal) {
	attrs := []slog.Attr{
		slog.Int("status", refused.status),
		slog.String("reason", refused.reason),
		slog.String("method", r.Method),
		slog.String("remote", r.RemoteAddr),
		slog.Int64("length", r.ContentLength),
	}
	if refused.err != nil {
		attrs = append(attrs, slog.Any("error", refused.err))
	}
	h.config.Logger.LogAttrs(r.Context(), slog.LevelWarn, "callback refused", attrs...)
	http.Error(w, refused.reason, refused.status)
}
