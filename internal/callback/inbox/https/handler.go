package https

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Handler serves a Store to providers that send the token.
type Handler struct {
	store *Watched
	token [sha256.Size]byte
	log   *slog.Logger

	stopOnce sync.Once
	stopped  chan struct{}
}

// NewHandler returns the Handler of a store. With an empty token, it refuses
// every request.
func NewHandler(store *Watched, token string, logger *slog.Logger) *Handler {
	return &Handler{store: store, token: sha256.Sum256([]byte(token)), log: logger, stopped: make(chan struct{})}
}

// Stop ends the requests that only wait, so that the server can shut down.
func (h *Handler) Stop() { h.stopOnce.Do(func() { close(h.stopped) }) }

var emptyToken = sha256.Sum256(nil)

// authorized compares the tokens in constant time.
func (h *Handler) authorized(r *http.Request) bool {
	sent, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(sent)))
	return found && h.token != emptyToken && subtle.ConstantTimeCompare(sum[:], h.token[:]) == 1
}

// ServeHTTP answers a request of the protocol.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(protocolHeader, protocolVersion)
	if !h.authorized(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		h.answer(w, r, http.StatusUnauthorized, errors.New("the token is missing or wrong"))
		return
	}
	key, isKey := strings.CutPrefix(r.URL.Path, keysPath)
	switch {
	case isKey && r.Method == http.MethodGet:
		h.get(w, r, key)
	case isKey && r.Method == http.MethodPut:
		h.put(w, r, key)
	case r.URL.Path == listPath && r.Method == http.MethodGet:
		h.list(w, r)
	case r.URL.Path == waitPath && r.Method == http.MethodGet:
		h.wait(w, r)
	case r.URL.Path == deletePath && r.Method == http.MethodPost:
		h.delete(w, r)
	default:
		h.answer(w, r, http.StatusBadRequest, errors.New("the relay does not know this request; provider and relay may have different versions"))
	}
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, key string) {
	if err := inbox.CheckKey(key); err != nil {
		h.answer(w, r, http.StatusBadRequest, err)
		return
	}
	value, err := h.store.Get(r.Context(), key)
	switch {
	case errors.Is(err, inbox.ErrNotExist):
		w.WriteHeader(http.StatusNotFound)
	case err != nil:
		h.answer(w, r, http.StatusServiceUnavailable, err)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(value) //nolint:gosec // Not HTML. The client may have disconnected.
	}
}

func (h *Handler) put(w http.ResponseWriter, r *http.Request, key string) {
	create := r.Header.Get("If-None-Match") == "*"
	err := inbox.CheckKey(key)
	if err == nil && !create {
		err = inbox.CheckReplaceable(key)
	}
	value, failed := io.ReadAll(http.MaxBytesReader(w, r.Body, maxValue))
	if err := errors.Join(err, failed); err != nil {
		h.answer(w, r, http.StatusBadRequest, err)
		return
	}
	// A client that disconnects retries, so the write must be completed.
	ctx := context.WithoutCancel(r.Context())
	if !create {
		h.done(w, r, http.StatusNoContent, h.store.Replace(ctx, key, value))
		return
	}
	created, err := h.store.Create(ctx, key, value)
	status := http.StatusCreated
	if !created {
		status = http.StatusPreconditionFailed
	}
	h.done(w, r, status, err)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	prefix := r.URL.Query().Get("prefix")
	if err := inbox.CheckPrefix(prefix); err != nil {
		h.answer(w, r, http.StatusBadRequest, err)
		return
	}
	listing, err := h.store.List(r.Context(), prefix)
	if err != nil {
		h.answer(w, r, http.StatusServiceUnavailable, err)
		return
	}
	l := list{Now: listing.Now, Entries: []entry{}}
	for _, e := range listing.Entries {
		l.Entries = append(l.Entries, entry(e))
	}
	writeJSON(w, l)
}

func (h *Handler) wait(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), waitTimeout)
	defer cancel()
	go func() {
		select {
		case <-h.stopped:
			cancel()
		case <-ctx.Done():
		}
	}()
	query := r.URL.Query()
	seen, err := h.store.wait(ctx, query.Get("prefix"), query.Get("seen"))
	if err != nil {
		h.answer(w, r, http.StatusServiceUnavailable, err)
		return
	}
	writeJSON(w, waited{seen})
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // The client may have disconnected.
}

func (h *Handler) delete(w http.ResponseWriter, r *http.Request) {
	var d deletion
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16*maxValue)).Decode(&d)
	for _, key := range d.Keys {
		err = errors.Join(err, inbox.CheckKey(key))
	}
	if err != nil {
		h.answer(w, r, http.StatusBadRequest, err)
		return
	}
	h.done(w, r, http.StatusNoContent, h.store.Delete(context.WithoutCancel(r.Context()), d.Keys...))
}

// done answers with the status, or with the error of the store.
func (h *Handler) done(w http.ResponseWriter, r *http.Request, status int, err error) {
	if err != nil {
		h.answer(w, r, http.StatusServiceUnavailable, err)
		return
	}
	w.WriteHeader(status)
}

// answer answers with an error. Only clients with the token get the text of the
// store's error.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, status int, err error) {
	if status != http.StatusUnauthorized || h.token != emptyToken {
		h.log.WarnContext(r.Context(), "inbox request failed", "status", status, "method", r.Method, "remote", r.RemoteAddr, "error", err)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, err.Error()+"\n") //nolint:gosec // Not HTML. The client may have disconnected.
}
