package callback

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	callbackPath = "/v1/callbacks"
	maxBody      = 64 << 10
	// storeTimeout bounds the writing of a result; the service waits meanwhile.
	storeTimeout = 15 * time.Second
)

// serve starts to answer at listener. x.mu is held.
func (x *Receiver) serve(ctx context.Context, listener net.Listener) {
	ctx = context.WithoutCancel(ctx) // The first operation of many.
	x.listener = listener
	x.server = &http.Server{
		Handler:           x.handler(),
		TLSConfig:         x.address.tls,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         x.count,
		ErrorLog:          slog.NewLogLogger(boundHandler{x.log.Handler(), ctx}, slog.LevelDebug),
	}
	// Callbacks are rare, and a connection that a service keeps would break when
	// the process ends that it happens to lead to, though another one answers on.
	x.server.SetKeepAlivesEnabled(false)
	server := x.server
	x.serving.Go(func() {
		var err error
		if server.TLSConfig != nil {
			err = server.ServeTLS(listener, "", "")
		} else {
			err = server.Serve(listener)
		}
		if !errors.Is(err, net.ErrClosed) {
			x.log.ErrorContext(ctx, "the receiver of callbacks stopped", "error", err)
		}
	})
	x.log.DebugContext(ctx, "receiving callbacks", "address", listener.Addr().String())
}

// count learns of each connection before the server can stop accepting.
func (x *Receiver) count(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		x.serving.Add(1)
	}
	if state == http.StateClosed {
		x.serving.Done()
	}
}

// boundHandler logs in a context what arrives without one.
type boundHandler struct {
	slog.Handler
	ctx context.Context
}

func (h boundHandler) Handle(_ context.Context, record slog.Record) error {
	return h.Handler.Handle(h.ctx, record) //nolint:contextcheck // A log.Logger has no context to inherit.
}

func (x *Receiver) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(callbackPath+"/{id}", x.receive)
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		x.refuse(w, r, &refusal{http.StatusNotFound, "there is nothing at this path", nil})
	})
	// A proxy may or may not take away the path of the configured URL, and that
	// of a peer may be another one.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, x.address.url.Path)
		if at := strings.LastIndex(path, callbackPath+"/"); at > 0 {
			path = path[at:]
		}
		r.URL.Path, r.URL.RawPath = path, ""
		mux.ServeHTTP(w, r)
	})
}

func (x *Receiver) receive(w http.ResponseWriter, r *http.Request) {
	ref := refer(r.PathValue("id"))
	outcome, no := x.take(w, r, ref)
	if no != nil {
		x.refuse(w, r, no)
		return
	}
	x.log.DebugContext(r.Context(), "callback", "operation", ref.String(), "outcome", outcome)
	w.Header().Set("Content-Type", "application/json")
	// The result is stored: whether the service reads the answer changes nothing.
	_, _ = io.WriteString(w, "{}\n")
}

// take stores what a callback brings and says what became of it.
func (x *Receiver) take(w http.ResponseWriter, r *http.Request, ref reference) (string, *refusal) {
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		w.Header().Set("Allow", "POST, PUT")
		return "", &refusal{http.StatusMethodNotAllowed, "a callback is a POST or a PUT", nil}
	}
	begun, ended := x.begun(ref)
	if ended {
		return "repeated after the end", nil
	}
	inbox := x.store
	if !begun {
		var err error
		switch inbox, err = x.find(r.Context(), ref); {
		case err != nil:
			return "", &refusal{http.StatusServiceUnavailable, "the inbox cannot be read", err}
		case inbox == nil:
			return "", &refusal{http.StatusNotFound, "nothing waits for this callback", nil}
		}
	}
	body, no := readObject(w, r)
	if no != nil {
		return "", no
	}
	// A service that hangs up at once has said what it had to say.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
	defer cancel()
	first, err := inbox.PutIfAbsent(ctx, ref.resultKey(), body)
	if err != nil {
		return "", &refusal{http.StatusServiceUnavailable, "the inbox cannot be written", err}
	}
	if first && x.forgotten(ctx, inbox, ref) {
		if err := inbox.Delete(ctx, ref.resultKey()); err != nil {
			x.log.WarnContext(ctx, "unable to take a repeated callback out of the inbox", "operation", ref.String(), "error", err)
		}
		return "repeated after the end", nil
	}
	x.notify(ref)
	switch {
	case !first:
		return "repeated", nil
	case !begun:
		return "stored for another process", nil
	}
	return "stored", nil
}

// readObject returns the body, which has to be a JSON object.
func readObject(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, "the body is larger than 64 KiB", nil}
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "the body broke off", err}
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil || object == nil {
		return nil, &refusal{http.StatusBadRequest, "the body is no JSON object", nil}
	}
	return body, nil
}

// find returns the inbox that remembers an operation which another process
// began, or nil.
func (x *Receiver) find(ctx context.Context, ref reference) (Store, error) {
	x.mu.Lock()
	peers := x.peers
	x.mu.Unlock()
	others, failed := peers.inboxes(ctx)
	for _, inbox := range append([]Store{x.store}, others...) {
		_, err := inbox.Get(ctx, ref.operationKey())
		if err == nil {
			return inbox, nil
		}
		if !errors.Is(err, ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return nil, failed
}

// forgotten reports whether an operation ended while its result was stored
// once more. Of its own operations the process knows better than an inbox
// which was removed meanwhile.
func (x *Receiver) forgotten(ctx context.Context, inbox Store, ref reference) bool {
	if begun, ended := x.begun(ref); begun {
		return ended
	}
	_, err := inbox.Get(ctx, ref.operationKey())
	return errors.Is(err, ErrNotExist)
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	reason string
	err    error // For the log only.
}

// refuse logs neither path nor body: either may hold what is secret.
func (x *Receiver) refuse(w http.ResponseWriter, r *http.Request, no *refusal) {
	attrs := []slog.Attr{
		slog.Int("status", no.status),
		slog.String("reason", no.reason),
		slog.String("method", r.Method),
		slog.String("remote", r.RemoteAddr),
		slog.Int64("length", r.ContentLength),
	}
	if no.err != nil {
		attrs = append(attrs, slog.Any("error", no.err))
	}
	x.log.LogAttrs(r.Context(), slog.LevelWarn, "callback refused", attrs...)
	http.Error(w, no.reason, no.status)
}
