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

// Request is a request as it arrived, successful or not.
type Request struct {
	// Call is AnyCall if the request was not a call of the service.
	Call Call
	// Method and Path are from the request line; the path is escaped.
	Method, Path string
	Header       http.Header
	// Body is the JSON object of the request, or nil. A key that was not sent
	// is absent, which is different from null and false.
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

// ResetRequests removes the recorded requests and deliveries. It keeps the
// secrets.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.deliveries = nil, nil
}

// Secrets returns all passwords, credentials and callback URLs that the server
// has received or created. No log may contain any of them.
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

// addURLSecret adds the URL and its last segment, which is a secret by itself.
func (s *Server) addURLSecret(callbackURL string) {
	s.addSecret(callbackURL)
	if u, err := url.Parse(callbackURL); err == nil && strings.Trim(u.Path, "/") != "" {
		s.addSecret(path.Base(u.Path))
	}
}

// addHeaderSecret adds the credential of a header without its scheme, because a
// log might contain only the credential.
func (s *Server) addHeaderSecret(value string) {
	_, credential, schemed := strings.Cut(value, " ")
	if !schemed {
		credential = value
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addSecret(credential)
}

// log logs an event. Its arguments must be printable.
func (s *Server) log(format string, args ...any) {
	if s.config.logf != nil {
		s.logging.Lock()
		defer s.logging.Unlock()
		s.config.logf(fmt.Sprintf(format, args...))
	}
}

// short returns a prefix of a uuid that is long enough to distinguish desktops.
func short(uuid string) string {
	if len(uuid) > 8 {
		return printable(uuid[:8]) + "…"
	}
	return printable(uuid)
}

// printable escapes a name so that it cannot add lines to the log.
func printable(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
