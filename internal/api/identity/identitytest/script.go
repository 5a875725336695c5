package identitytest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"sync"
)

// Script records the requests to a fake, and answers some of them. The fakes of
// one cloud share it.
type Script struct {
	mu       sync.Mutex
	requests []Request
	answers  []http.HandlerFunc
}

// Request is a request that arrived.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                string
}

// Answer makes handlers answer the next requests instead of the fake, one each.
func (s *Script) Answer(handlers ...http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, handlers...)
}

// Requests returns the requests that arrived.
func (s *Script) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Serve records a request and answers it, by a handler of Answer if there is one,
// or else by the handler of the fake, which receives the body as well.
func (s *Script) Serve(w http.ResponseWriter, r *http.Request, own func(http.ResponseWriter, *http.Request, []byte)) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mu.Lock()
	s.requests = append(s.requests, Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: string(body),
	})
	var answer http.HandlerFunc
	if len(s.answers) > 0 {
		answer, s.answers = s.answers[0], s.answers[1:]
	}
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	own(w, r, body)
}

// Body returns a handler that answers with any body.
func Body(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Redirect returns a handler that answers with a redirect.
func Redirect(target string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	}
}
