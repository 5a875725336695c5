package desktoptest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Request is a request as it arrived, whatever became of it.
type Request struct {
	// Call is AnyCall if the request was none of the service's calls.
	Call Call
	// Method and Path are those of the request line; the path is still escaped.
	Method, Path string
	Header       http.Header
	// Body is the JSON object of the request, nil if it had none. A key that is
	// absent was not sent: that is neither null nor false.
	Body map[string]json.RawMessage
}

func (s *Server) record(r *http.Request, call Call, body []byte) {
	in, err := parseObject(body)
	if err != nil {
		in = nil
	}
	callbackURL, _ := get[string](in, "callback_url")
	password, _ := get[string](in, "password")
	s.addHeaderSecret(r.Header.Get("Authorization"))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{call, r.Method, r.URL.EscapedPath(), r.Header.Clone(), in})
	s.addSecret(password)
	s.addURLSecret(callbackURL)
}

// Requests returns the requests of these calls, or all of them, in the order
// of their arrival.
func (s *Server) Requests(calls ...Call) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.requests), func(r Request) bool {
		return len(calls) > 0 && !slices.Contains(calls, r.Call)
	})
}

// Count counts the requests with this method and escaped path, in which … or *
// matches any one segment: Count("GET", "/api/user/…/desktops").
func (s *Server) Count(method, pattern string) int {
	pattern = strings.ReplaceAll(pattern, "…", "*")
	n := 0
	for _, r := range s.Requests() {
		if ok, err := path.Match(pattern, r.Path); err == nil && ok && r.Method == method {
			n++
		}
	}
	return n
}

// ResetRequests drops the requests and deliveries recorded so far. Secrets are never forgotten.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.deliveries = nil, nil
}

// Secrets returns every password, credential and callback URL the server ever
// had to do with: none of them may be found in a log.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.secrets))
}

func (s *Server) addSecret(secret string) {
	if secret != "" {
		s.secrets[secret] = true
	}
}

// addURLSecret adds the URL and its last segment, which alone is a capability.
func (s *Server) addURLSecret(callbackURL string) {
	s.addSecret(callbackURL)
	if u, err := url.Parse(callbackURL); err == nil && strings.Trim(u.Path, "/") != "" {
		s.addSecret(path.Base(u.Path))
	}
}

// addHeaderSecret adds the credential without its scheme, which would hide it
// from a search for the whole value.
func (s *Server) addHeaderSecret(value string) {
	_, credential, schemed := strings.Cut(value, " ")
	if !schemed {
		credential = value
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addSecret(credential)
}

// log is called with a format of our own and printable arguments.
func (s *Server) log(format string, args ...any) {
	if s.config.logf != nil {
		s.logging.Lock()
		defer s.logging.Unlock()
		s.config.logf(fmt.Sprintf(format, args...))
	}
}

// short is enough of a uuid for a person to tell desktops apart.
func short(uuid string) string {
	if len(uuid) > 8 {
		return printable(uuid[:8]) + "…"
	}
	return printable(uuid)
}

// printable keeps a name from forging lines of a log.
func printable(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
