// Package receiver accepts the callbacks of the cloud desktop service. Each is
// stored in an inbox before it is answered with 200, so that no callback is lost
// once the service considers it delivered.
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

// Inbox is where callbacks are stored, and the key that its ids were made with.
type Inbox struct {
	Store inbox.Store
	Key   []byte
}

// Find makes an Inbox the Finder of its own ids.
func (i Inbox) Find(_ context.Context, text string) (Inbox, id.ID, bool, error) {
	made, ok := id.Parse(text, i.Key)
	return i, made, ok, nil
}

// Finder finds the inbox that the id of a callback belongs to.
type Finder interface {
	// Find returns the inbox whose key made the check bits of the id, and whether
	// there is one. An error means that it cannot tell.
	Find(ctx context.Context, text string) (Inbox, id.ID, bool, error)
}

// Config is what a Handler is made of. All but Finder is optional.
type Config struct {
	Finder Finder
	// Path is the path of the configured callback URL. A proxy may remove it from
	// the requests that it forwards, or not.
	Path string
	// Seal encrypts the body of a callback before it is stored.
	Seal func(ctx context.Context, in Inbox, made id.ID, body []byte) ([]byte, error)
	// Ended reports whether the call that an id was made for takes no result any
	// more.
	Ended func(ctx context.Context, in Inbox, made id.ID) (bool, error)
	// Observe is called with what became of each callback of a valid id, before
	// the answer. It must not block.
	Observe func(Event)
	// Logger receives what became of each callback, without ids and bodies.
	Logger *slog.Logger
}

// Outcome is what became of a callback.
type Outcome string

// The outcomes.
const (
	Stored   Outcome = "stored"    // The result is in the inbox.
	Unstored Outcome = "unstored"  // The result could not be stored yet; storing it is retried.
	NotFinal Outcome = "not final" // It is in the inbox as evidence.
	Ended    Outcome = "ended"     // The call had ended; of an order it is evidence, without password.
	Refused  Outcome = "refused"   // It was not stored, and the answer says so.
	Probed   Outcome = "probed"    // It was a probe of the provider itself.
)

// Event says what became of the callback of an id.
type Event struct {
	ID      id.ID
	Outcome Outcome
	// Reason says why a callback was refused or is not final.
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

// ServeHTTP accepts a callback at any path that ends with Path and an id: the
// path of the URL that a process on the same port configured may be another one.
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
		h.refuse(w, r, &refusal{http.StatusNotFound, "there is nothing at this path", nil})
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
	// The callback is stored: whether the service reads the answer changes nothing.
	_, _ = io.WriteString(w, reply) //nolint:gosec // A proof has only letters and digits.
}

// refusal is an answer that is not a success.
type refusal struct {
	status int
	reason string
	err    error // For the log only.
}

// refuse logs neither path nor body: either may hold what is secret.
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
