// Package hpctest is a strict fake of the HPC portal, written from its
// document.
package hpctest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/apitest"
)

// Path is the one path that the portal serves.
const Path = "/hpc/openapi/v2/desktop/vnc"

// Session is a session as the portal writes it.
type Session struct {
	ID         string `json:"id"`
	CreateDate string `json:"createDate"`
	Hostname   string `json:"hostname"`
	Jobs       string `json:"jobs"`
	Length     string `json:"length"`
	Width      string `json:"width"`
	Name       string `json:"name"`
	SID        string `json:"sid"`
	User       string `json:"user"`
	IP         string `json:"ip"`
	SessionID  string `json:"sessionId"`
}

// NewSession returns a complete session.
func NewSession(host, user, job string, number int) Session {
	sid := strconv.Itoa(number)
	return Session{
		ID: fmt.Sprintf("%x", sha256.Sum256([]byte(host+user+job+sid)))[:32], CreateDate: "2023-02-02 11:59:45",
		Hostname: host, Jobs: job, Length: "1080", Width: "1920", Name: host + ":" + sid, SID: sid,
		User: user, IP: "10.0.41." + sid, SessionID: host + "--" + user + "--" + job + "--" + sid,
	}
}

// Server is a portal. It is an http.Handler.
type Server struct {
	apitest.Answers

	// URL is the URL of the portal after Start.
	URL string

	key []byte // signs the tokens

	mu       sync.Mutex
	sessions []Session
	requests []*http.Request
}

// New returns a portal with sessions. It does not listen; use it as an
// http.Handler.
func New(sessions ...Session) *Server {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // Read never returns an error.
	return &Server{key: key, sessions: sessions}
}

// Start serves a portal on loopback until the test ends.
func Start(t testing.TB, sessions ...Session) *Server {
	t.Helper()
	s := New(sessions...)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Token returns a token that expires at the given time.
func (s *Server) Token(expires time.Time) string {
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		encode(fmt.Appendf(nil, `{"computeUser":"slurmtest","role":"1","expireTime":"%d","user":"slurmtest"}`, expires.UnixMilli()))
	return signed + "." + encode(s.signature(signed))
}

func (s *Server) signature(signed string) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(signed))
	return mac.Sum(nil)
}

// SetSessions replaces the sessions.
func (s *Server) SetSessions(sessions ...Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = sessions
}

// Requests returns the requests that arrived.
func (s *Server) Requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.Clone(r.Context()))
	sessions := slices.Clone(s.sessions)
	s.mu.Unlock()

	body, _ := io.ReadAll(r.Body)
	answer := s.NextAnswer()
	switch token := r.Header["Token"]; {
	case answer != nil:
		answer(w, r)
	case r.URL.Path != Path:
		http.NotFound(w, r)
	case r.Method != http.MethodGet:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case len(token) != 1:
		Code("10003", "参数不全")(w, r)
	case !s.valid(token[0]):
		Code("10008", "权限不足")(w, r)
	case r.URL.RawQuery != "" || len(body) > 0:
		Code("10004", "参数无效")(w, r)
	default:
		List(sessions...)(w, r)
	}
}

// valid checks the signature of a token and the time in its payload.
func (s *Server) valid(token string) bool {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil || !hmac.Equal(signature, s.signature(token[:dot])) {
		return false
	}
	_, payload, _ := strings.Cut(token[:dot], ".")
	var claims struct {
		ExpireTime int64 `json:"expireTime,string"`
	}
	raw, _ := base64.RawURLEncoding.DecodeString(payload)
	return json.Unmarshal(raw, &claims) == nil && time.Now().UnixMilli() < claims.ExpireTime
}

// List answers with sessions, as the portal does.
func List(sessions ...Session) http.HandlerFunc {
	if sessions == nil {
		sessions = []Session{}
	}
	body, _ := json.Marshal(map[string]any{
		"code": "0", "msg": "success", "data": map[string]any{"total": len(sessions), "list": sessions},
	})
	return Body(http.StatusOK, "application/json", string(body))
}

// Code answers with a code and a message, under HTTP 200 as the portal does.
func Code(code, msg string) http.HandlerFunc {
	body, _ := json.Marshal(map[string]any{"code": code, "msg": msg, "data": nil})
	return Body(http.StatusOK, "application/json", string(body))
}

// Body answers with any body.
func Body(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
