// Package desktoptest is a strict, stateful fake of the cloud desktop service.
// It implements the API document, independently of the client. It refuses
// everything that the document does not define, carries out orders in the
// background and sends callbacks.
package desktoptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/apitest"
)

// maxBody is larger than any request in the document.
const maxBody = 1 << 20

// Server is the fake service. Its methods may be called concurrently.
type Server struct {
	// URL is the URL of the server, if Start created it.
	URL string

	config    config
	endpoints []endpoint

	// ctx ends with the server, because tasks continue after their request.
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	logging sync.Mutex

	mu         sync.Mutex
	state      state
	requests   []Request
	deliveries []Delivery
	secrets    map[string]bool
	usedURLs   map[string]string // The request of each callback URL.
	faults     apitest.Queue[Call, Fault]
	callbacks  apitest.Queue[Call, Callback]
}

// New returns a server that does not listen; use it as an http.Handler. Close
// ends its tasks.
func New(opts ...Option) *Server {
	s := &Server{
		config:   newConfig(opts),
		secrets:  map[string]bool{},
		usedURLs: map[string]string{},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.endpoints = newEndpoints(s.config)
	s.state.users = map[string]*user{}
	s.state.defaultPassword = s.newPassword()
	for _, value := range s.config.header {
		s.addHeaderSecret(value)
	}
	return s
}

// Start starts a server that listens on loopback until the test ends.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s := New(opts...)
	listener := httptest.NewServer(s)
	s.URL = listener.URL
	t.Cleanup(func() {
		s.stop()
		listener.Close()
		s.work.Wait()
	})
	return s
}

// Wait waits until all tasks accepted so far have ended.
func (s *Server) Wait() { s.work.Wait() }

// Close stops the running tasks and waits until their goroutines have ended.
// The server must not be called afterwards.
func (s *Server) Close() {
	s.stop()
	s.work.Wait()
}

// ServeHTTP answers one call, or applies a planned fault.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return
	}
	e, param := s.find(r)
	s.record(r, e.call, body)
	serve := func(w http.ResponseWriter, r *http.Request) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		data, op, err := s.carryOut(e, param, r, body)
		if op != nil {
			// The task starts before the answer, so that Wait waits for it, but
			// it does nothing until the answer is sent.
			answered := make(chan struct{})
			defer close(answered)
			s.work.Go(func() {
				<-answered
				op.run()
			})
		}
		s.answer(w, r, data, err)
	}
	if fault, planned := s.faults.Next(e.call, AnyCall); planned {
		s.log("%s %s fails, as planned", r.Method, printable(r.URL.Path))
		fault(w, r, serve)
		return
	}
	serve(w, r)
}

// refusal is the reason why the service rejects a request. The API document
// defines only HTTP status 200; the other statuses follow HTTP.
type refusal struct {
	status  int
	message string
}

func (e *refusal) Error() string { return e.message }

func refuse(format string, args ...any) error {
	return &refusal{status: http.StatusOK, message: fmt.Sprintf(format, args...)}
}

// admit checks what is required for every call.
func (s *Server) admit(r *http.Request) error {
	for name, value := range s.config.header {
		if r.Header.Get(name) != value {
			return &refusal{http.StatusUnauthorized, "the header " + name + " is missing or wrong"}
		}
	}
	if r.URL.RawQuery != "" {
		return refuse("no call takes a query")
	}
	if r.Method != http.MethodPost {
		return nil
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return &refusal{http.StatusUnsupportedMediaType, "the Content-Type must be application/json"}
	}
	return nil
}

func (s *Server) carryOut(e endpoint, param string, r *http.Request, body []byte) (any, *Task, error) {
	if e.missing != nil {
		return nil, nil, e.missing
	}
	if err := s.admit(r); err != nil {
		return nil, nil, err
	}
	var in object
	if r.Method == http.MethodPost {
		var err error
		if in, err = parseObject(body); err != nil {
			return nil, nil, err
		}
		if err := in.check(e.fields); err != nil {
			return nil, nil, err
		}
	} else if len(body) > 0 {
		return nil, nil, refuse("a GET has no body")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	callbackURL, async := get[string](in, "callback_url")
	if async {
		if err := s.checkCallbackURL(callbackURL, e.call, body); err != nil {
			return nil, nil, err
		}
	}
	data, work, err := e.handle(s, param, in)
	if err != nil || !async {
		return data, nil, err
	}
	s.usedURLs[callbackURL] = string(body)
	op := &Task{Call: e.call, server: s, url: callbackURL, work: work}
	op.Username, _ = get[string](in, "username")
	op.callback, _ = s.callbacks.Next(e.call, AnyCall)
	return data, op, nil
}

// answer writes the documented envelope and flushes it, so that no callback
// arrives before it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, data any, err error) {
	status, code, message := http.StatusOK, 0, ""
	if err != nil {
		code, message = -1, err.Error()
		if refused, ok := errors.AsType[*refusal](err); ok {
			status = refused.status
		}
		s.log("refused %s %s: %s", r.Method, printable(r.URL.Path), message)
	}
	encoded := envelope(r.Method, code, message, data)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(encoded)))
	w.WriteHeader(status)
	if _, err := w.Write(encoded); err != nil {
		return
	}
	_ = http.NewResponseController(w).Flush()
	if s.config.checker != nil {
		s.config.checker.Exchange(r, &http.Response{StatusCode: status, Header: w.Header().Clone(), Body: io.NopCloser(bytes.NewReader(encoded))})
	}
}

// envelope returns the body of an answer. For a POST, the status is a string
// and missing data is {}. For a GET, the status is a number and missing data is
// [].
func envelope(method string, code int, message string, data any) []byte {
	var status any = code
	if data == nil {
		data = []any{}
	}
	if method != http.MethodGet {
		status = fmt.Sprint(code)
		if list, ok := data.([]any); ok && len(list) == 0 {
			data = struct{}{}
		}
	}
	encoded, err := json.Marshal(map[string]any{"data": data, "message": message, "status": status})
	if err != nil {
		panic(err) // It contains only strings and numbers.
	}
	return encoded
}
