package identitytest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/apitest"
)

// Script records the requests to a fake and can answer some of them. The fakes
// of one cloud share this type.
type Script struct {
	apitest.Answers

	mu       sync.Mutex
	requests []Request
}

// Request is a request that arrived.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                string
}

// Requests returns the requests that arrived.
func (s *Script) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Serve records a request and answers it with a handler of Answer, or else with
// own, the handler of the fake, which also gets the body.
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
	s.mu.Unlock()
	if answer := s.NextAnswer(); answer != nil {
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
