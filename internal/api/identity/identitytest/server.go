// Package identitytest is a strict fake of Huawei's IAM and of OpenStack's
// Keystone, which implements their documents. It issues tokens with a catalog,
// which expire and can be revoked. It authenticates requests to another fake of
// the same cloud by token or by signature.
//
// Sources of Keystone's answers: OpenStack Zed answered 401 with the same
// message for an unknown user, for a wrong password, domain or project, and for
// an expired credential. It issued tokens without a project, which have no
// catalog. Access rules follow the documentation and the source of OpenStack:
// the token of an application credential lists them, and keystonemiddleware
// answers 401 to other calls.
package identitytest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// The user, project, credentials and keys of the cloud.
const (
	Domain     = "acme"
	DomainID   = "d78cbac186b744899480f25bd022f468"
	User       = "ada"
	UserID     = "7116d09f88fa41908676fdd4b039e95b"
	Password   = "Keystone-Passw0rd-of-ada"
	Project    = "cn-north-4"
	ProjectID  = "0e69423d4400f4a82f67c0059a1e4cc8"
	Region     = "cn-north-4"
	Credential = "ci"
	// CredentialID and CredentialSecret are those of an application credential.
	CredentialID     = "423f19a4ac1e4f48bbb4180756e6eb6c"
	CredentialSecret = "rEaqvJka48mpv-application-credential"
	// AccessKey and SecretKey are a permanent access key.
	AccessKey = "QTWAOYTTINDUT2QVKYUC"
	SecretKey = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
	// TemporaryKey and TemporarySecret are valid together with SecurityToken.
	TemporaryKey    = "HSTAOYTTINDUT2QVKTMP"
	TemporarySecret = "temporary41ba2giqM7Uio6PznpdUKGpownRZlmV"
	SecurityToken   = "gQpjbi1ub3J0aC00-security-token"
)

// Endpoint is an entry of the catalog.
type Endpoint struct {
	Type, Interface, Region, URL string
}

// Server is an identity service. It is an http.Handler.
type Server struct {
	Script
	// URL is the address of the server after Start.
	URL string

	mu      sync.Mutex
	tokens  map[string]token
	rules   []AccessRule
	life    time.Duration
	skew    time.Duration
	catalog []Endpoint
	logins  int
}

// AccessRule is a call that an application credential allows.
type AccessRule struct{ Method, Path string }

// token is a token that was issued.
type token struct {
	expires  time.Time
	unscoped bool
	// rules are nil if the token allows every call.
	rules []AccessRule
}

// New returns an identity service that is not started.
func New() *Server {
	return &Server{tokens: map[string]token{}, life: 24 * time.Hour}
}

// Start serves an identity service on loopback until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := New()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// AddEndpoint lists a service in the catalog.
func (s *Server) AddEndpoint(e Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catalog = append(s.catalog, e)
}

// SetTokenLife sets the lifetime of the tokens that are issued afterwards.
func (s *Server) SetTokenLife(life time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = life
}

// SetClock changes the clock of the cloud by skew.
func (s *Server) SetClock(skew time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew = skew
}

// Now returns the time of the cloud's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.skew)
}

// Revoke revokes all issued tokens.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Logins returns the number of successful logins.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// SetAccessRules adds access rules to the tokens that are issued afterwards, as
// for an application credential.
func (s *Server) SetAccessRules(rules ...AccessRule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append([]AccessRule{}, rules...)
}

// Issue returns a new token of the project.
func (s *Server) Issue() string { return s.issue(true) }

// IssueUnscoped returns a new token without a project.
func (s *Server) IssueUnscoped() string { return s.issue(false) }

func (s *Server) issue(scoped bool) string {
	id := "gAAAA" + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[id] = token{time.Now().Add(s.skew + s.life), !scoped, s.rules}
	return id
}

func (s *Server) valid(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.skew).Before(s.tokens[id].expires)
}

// allows reports whether the access rules of a token allow a request.
func (s *Server) allows(id string, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	rules := s.tokens[id].rules
	return rules == nil || slices.Contains(rules, AccessRule{r.Method, r.URL.Path})
}

// ErrUnauthorized is the error of Authenticate for a token.
var ErrUnauthorized = errors.New("The request you have made requires authentication.") //nolint:revive,staticcheck // As Keystone words it.

// Authenticate checks a request to another service of the cloud: it must have a
// valid token, or a signature of one of the access keys.
func (s *Server) Authenticate(r *http.Request, body []byte) error {
	tokens, signatures := r.Header["X-Auth-Token"], r.Header["Authorization"]
	switch {
	case len(tokens) == 1 && len(signatures) == 0 && s.valid(tokens[0]) && s.allows(tokens[0], r):
		return nil
	case len(signatures) == 1 && len(tokens) == 0:
		return s.checkSignature(r, body)
	}
	return ErrUnauthorized
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.Now().UTC().Format(http.TimeFormat))
	s.Serve(w, r, func(w http.ResponseWriter, r *http.Request, body []byte) {
		switch {
		case r.URL.Path != "/v3/auth/tokens":
			Fault(w, http.StatusNotFound, "Not Found", "The resource could not be found.")
		case r.Method == http.MethodPost:
			s.create(w, r, body)
		case r.Method == http.MethodGet:
			s.show(w, r)
		default:
			Fault(w, http.StatusMethodNotAllowed, "Method Not Allowed", "The method is not allowed for the requested URL.")
		}
	})
}

func (s *Server) create(w http.ResponseWriter, r *http.Request, body []byte) {
	if r.Header.Get("Content-Type") != "application/json" {
		Fault(w, http.StatusBadRequest, "Bad Request", "Expecting to find application/json in Content-Type header.")
		return
	}
	scoped, status, err := authenticate(body)
	if err != nil {
		Fault(w, status, http.StatusText(status), err.Error())
		return
	}
	s.mu.Lock()
	s.logins++
	s.mu.Unlock()
	id := s.issue(scoped)
	w.Header().Set("X-Subject-Token", id)
	s.describe(w, http.StatusCreated, id)
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	if !s.valid(r.Header.Get("X-Auth-Token")) {
		Fault(w, http.StatusUnauthorized, "Unauthorized", ErrUnauthorized.Error())
		return
	}
	subject := r.Header.Get("X-Subject-Token")
	if !s.valid(subject) {
		Fault(w, http.StatusNotFound, "Not Found", "Failed to validate token")
		return
	}
	w.Header().Set("X-Subject-Token", subject)
	s.describe(w, http.StatusOK, subject)
}

// describe answers with the properties of a token.
func (s *Server) describe(w http.ResponseWriter, status int, id string) {
	s.mu.Lock()
	issued := s.tokens[id]
	s.mu.Unlock()
	type object = map[string]any
	token := object{
		"methods":    []string{"password"},
		"issued_at":  s.Now().UTC().Format("2006-01-02T15:04:05.000000Z"),
		"expires_at": s.Now().Add(s.life).UTC().Format("2006-01-02T15:04:05.000000Z"),
		"user":       object{"id": UserID, "name": User, "domain": object{"id": DomainID, "name": Domain}},
	}
	if issued.rules != nil {
		rules := []object{}
		for i, rule := range issued.rules {
			rules = append(rules, object{"id": fmt.Sprint(i), "service": "compute", "method": rule.Method, "path": rule.Path})
		}
		token["application_credential"] = object{"id": CredentialID, "name": Credential, "restricted": true, "access_rules": rules}
	}
	if !issued.unscoped {
		services := []object{}
		s.mu.Lock()
		for i, e := range s.catalog {
			services = append(services, object{"id": fmt.Sprint(i), "type": e.Type, "name": e.Type, "endpoints": []object{
				{"id": fmt.Sprint(i), "interface": e.Interface, "region": e.Region, "region_id": e.Region, "url": e.URL},
			}})
		}
		s.mu.Unlock()
		token["project"] = object{"id": ProjectID, "name": Project, "domain": object{"id": DomainID, "name": Domain}}
		token["catalog"] = services
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object{"token": token})
}

// Fault answers with an error in the form of Keystone.
func Fault(w http.ResponseWriter, status int, title, message string) {
	encoded, _ := json.Marshal(map[string]any{"error": map[string]any{"code": status, "title": title, "message": message}})
	Body(status, "application/json", string(encoded))(w, nil)
}

// GatewayFault answers with an error in the form of Huawei Cloud's gateway.
func GatewayFault(w http.ResponseWriter, status int, code, message string) {
	encoded, _ := json.Marshal(map[string]string{"error_code": code, "error_msg": message, "request_id": "7dee64bb41c3bfd2fb0f5f4d47a1cbd8"})
	w.Header().Set("X-Request-Id", "7dee64bb41c3bfd2fb0f5f4d47a1cbd8")
	Body(status, "application/json", string(encoded))(w, nil)
}
