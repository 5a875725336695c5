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
func (x *Exchange) serve(listener net.Listener) {
	x.server = &http.Server{
		Handler:           x.handler(),
		TLSConfig:         x.address.tls,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(x.log.Handler(), slog.LevelDebug),
	}
	// Callbacks are rare, and a connection that a service keeps would break when
	// the process ends that it happens to lead to, though another one answers on.
	x.server.SetKeepAlivesEnabled(false)
	x.served = make(chan struct{})
	go func(server *http.Server, served chan struct{}) {
		defer close(served)
		var err error
		if server.TLSConfig != nil {
			err = server.ServeTLS(listener, "", "")
		} else {
			err = server.Serve(listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			x.log.Error("the receiver of callbacks stopped", "error", err)
		}
	}(x.server, x.served)
	x.log.Debug("receiving callbacks", "address", listener.Addr().String())
}

func (x *Exchange) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(callbackPath+"/{id}", x.receive)
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		x.refuse(w, r, http.StatusNotFound, "there is nothing at this path", nil)
	})
	// A proxy may or may not take away the path of the configured URL.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path, r.URL.RawPath = strings.TrimPrefix(r.URL.Path, x.address.url.Path), ""
		mux.ServeHTTP(w, r)
	})
}

func (x *Exchange) receive(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		w.Header().Set("Allow", "POST, PUT")
		x.refuse(w, r, http.StatusMethodNotAllowed, "a callback is a POST or a PUT", nil)
		return
	}
	ref := refer(r.PathValue("id"))
	begun, ended := x.begun(ref)
	if ended {
		x.accept(w, ref, "repeated after the end")
		return
	}
	inbox := x.store
	if !begun {
		var err error
		if inbox, err = x.find(r.Context(), ref); err != nil {
			x.refuse(w, r, http.StatusServiceUnavailable, "the inbox cannot be read", err)
			return
		}
		if inbox == nil {
			x.refuse(w, r, http.StatusNotFound, "nothing waits for this callback", nil)
			return
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		x.refuse(w, r, http.StatusRequestEntityTooLarge, "the body is larger than 64 KiB", nil)
		return
	case err != nil:
		x.refuse(w, r, http.StatusBadRequest, "the body broke off", err)
		return
	case !isObject(body):
		x.refuse(w, r, http.StatusBadRequest, "the body is no JSON object", nil)
		return
	}
	// A service that hangs up at once has said what it had to say.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
	defer cancel()
	first, err := inbox.PutIfAbsent(ctx, ref.resultKey(), body)
	if err != nil {
		x.refuse(w, r, http.StatusServiceUnavailable, "the inbox cannot be written", err)
		return
	}
	outcome := "stored"
	switch {
	case !first:
		outcome = "repeated"
	case x.forgotten(ctx, inbox, ref):
		outcome = "repeated after the end"
		if err := inbox.Delete(ctx, ref.resultKey()); err != nil {
			x.log.Warn("unable to take a repeated callback out of the inbox", "operation", ref.String(), "error", err)
		}
	case !begun:
		outcome = "stored for another process"
	}
	x.notify(ref)
	x.accept(w, ref, outcome)
}

// find returns the inbox that remembers an operation which another process
// began, or nil.
func (x *Exchange) find(ctx context.Context, ref reference) (Store, error) {
	x.mu.Lock()
	peers := x.peers
	x.mu.Unlock()
	others, failed := peers.inboxes(ctx)
	for _, inbox := range append([]Store{x.store}, others...) {
		_, err := inbox.Get(ctx, ref.operationKey())
		if err == nil {
			return inbox, nil
		}
		if !errors.Is(err, ErrAbsent) {
			failed = errors.Join(failed, err)
		}
	}
	return nil, failed
}

// forgotten reports whether an operation ended while its result was stored
// once more. Of its own operations the process knows better than an inbox
// which was removed meanwhile.
func (x *Exchange) forgotten(ctx context.Context, inbox Store, ref reference) bool {
	if begun, ended := x.begun(ref); begun {
		return ended
	}
	_, err := inbox.Get(ctx, ref.operationKey())
	return errors.Is(err, ErrAbsent)
}

func isObject(body []byte) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(body, &object) == nil && object != nil
}

func (x *Exchange) accept(w http.ResponseWriter, ref reference, outcome string) {
	x.log.Debug("callback", "operation", ref.String(), "outcome", outcome)
	w.Header().Set("Content-Type", "application/json")
	// The result is stored: whether the service reads the answer changes nothing.
	_, _ = io.WriteString(w, "{}\n")
}

// refuse logs neither path nor body: either may hold what is secret.
func (x *Exchange) refuse(w http.ResponseWriter, r *http.Request, status int, why string, err error) {
	attrs := []slog.Attr{
		slog.Int("status", status),
		slog.String("reason", why),
		slog.String("method", r.Method),
		slog.String("remote", r.RemoteAddr),
		slog.Int64("length", r.ContentLength),
	}
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	x.log.LogAttrs(r.Context(), slog.LevelWarn, "callback refused", attrs...)
	http.Error(w, why, status)
}
