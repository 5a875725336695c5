// Package cvmtest is a strict fake of the consoles of Tencent Cloud CVM. It
// implements the documents of the action and of the signature, and shares no
// code with the client.
package cvmtest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/apitest"
)

// Credential is an API key.
type Credential struct {
	SecretID, SecretKey string
	// Token is the security token of a temporary key.
	Token string
}

// Request is a request as it arrived.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         string
}

type instance struct {
	region string
	states []State
}

type link struct {
	until  time.Time
	opened bool
}

// Server is the fake service. It is an http.Handler.
type Server struct {
	apitest.Answers

	// URL is the URL of the service after Start.
	URL string

	mu          sync.Mutex
	offset      time.Duration
	unencoded   bool
	credentials map[string]Credential
	instances   map[string]*instance
	links       map[string]*link
	arrivals    []time.Time
	requests    []Request
}

// New returns a service with API keys. It does not listen; use it as an
// http.Handler.
func New(credentials ...Credential) *Server {
	s := &Server{credentials: map[string]Credential{}, instances: map[string]*instance{}, links: map[string]*link{}}
	for _, c := range credentials {
		s.credentials[c.SecretID] = c
	}
	return s
}

// Start serves on loopback until the test ends.
func Start(t testing.TB, credentials ...Credential) *Server {
	t.Helper()
	s := New(credentials...)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Put adds an instance. Each request moves it to its next state, and it stays
// in the last one. Without states, it is running.
func (s *Server) Put(region, id string, states ...State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(states) == 0 {
		states = []State{Running}
	}
	s.instances[id] = &instance{region: region, states: states}
}

// SetClock changes the clock of the service by offset.
func (s *Server) SetClock(offset time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset = offset
}

// SetUnencoded lets the service answer with URLs that are not percent-encoded.
func (s *Server) SetUnencoded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unencoded = true
}

// Requests returns the requests that arrived.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Tickets returns the secret part of each console URL that was issued.
func (s *Server) Tickets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var tickets []string
	for address := range s.links {
		_, ticket, _ := strings.Cut(address, "?s=")
		tickets = append(tickets, ticket)
	}
	return tickets
}

// Open connects to the console like a browser that opens page. It returns an
// error if the URL was used before or has expired.
func (s *Server) Open(page string) error {
	encoded, ok := strings.CutPrefix(page, "https://img.qcloud.com/qcloud/app/active_vnc/index.html?InstanceVncUrl=")
	if !ok || strings.ContainsAny(encoded, "&#:/?=+") {
		return errors.New("this is not the documented link")
	}
	address, err := url.PathUnescape(encoded)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.links[address]
	switch {
	case !ok:
		return errors.New("this address was never issued")
	case l.opened:
		return errors.New("this address was opened before")
	case time.Now().After(l.until):
		return errors.New("this address has expired")
	}
	l.opened = true
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: string(body)})
	w.Header().Set("Date", time.Now().Add(s.offset).UTC().Format(http.TimeFormat))
	if answer := s.NextAnswer(); answer != nil {
		answer(w, r)
		return
	}
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	address, code := s.console(r, body)
	if code != "" {
		Fail(code)(w, r)
		return
	}
	respond(w, map[string]any{"InstanceVncUrl": address})
}

// console returns a console URL, or the error code for an invalid request.
func (s *Server) console(r *http.Request, body []byte) (address, code string) {
	if code := s.checkSignature(r, body); code != "" {
		return "", code
	}
	if code := s.checkRate(); code != "" {
		return "", code
	}
	id, code := checkParameters(r, body)
	if code != "" {
		return "", code
	}
	found := s.instances[id]
	if found == nil || found.region != r.Header.Get("X-TC-Region") {
		return "", "InvalidInstanceId.NotFound"
	}
	state := found.states[0]
	if len(found.states) > 1 {
		found.states = found.states[1:]
	}
	if state != Running {
		return "", string(state)
	}
	// The ticket in the document ends in "=", which must not be encoded twice.
	address = "wss://bjvnc.qcloud.com:26789/vnc?s=" + rand.Text() + "="
	s.links[address] = &link{until: time.Now().Add(15 * time.Second)}
	if s.unencoded {
		return address, ""
	}
	return url.QueryEscape(address), ""
}

// checkRate refuses more than ten requests per second.
func (s *Server) checkRate() string {
	now := time.Now()
	s.arrivals = slices.DeleteFunc(s.arrivals, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(s.arrivals) >= 10 {
		return "RequestLimitExceeded"
	}
	s.arrivals = append(s.arrivals, now)
	return ""
}

// Fail answers with an error, under HTTP 200 as the service does.
func Fail(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		respond(w, map[string]any{"Error": map[string]string{"Code": code, "Message": message(code)}})
	}
}

// Body answers with any body.
func Body(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func respond(w http.ResponseWriter, response map[string]any) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // Read never returns an error.
	response["RequestId"] = fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"Response": response})
}
