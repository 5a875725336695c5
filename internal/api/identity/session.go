package identity

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/gophercloud/gophercloud/v2"
	"golang.org/x/sync/singleflight"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// SessionConfig is the configuration of a Session.
type SessionConfig struct {
	// Service is the name of the identity service in errors: "iam" or
	// "keystone".
	Service string
	// Endpoint is its base address, with or without the final /v3.
	Endpoint *url.URL
	// HTTP sends the logins. The session must not wrap its transport.
	HTTP *http.Client
	// Options are the user and password, the application credential or the
	// token, and the scope.
	Options gophercloud.AuthOptions
}

// Session authenticates with a token: a static one, or one from a login.
// Concurrent requests share one login. It logs in again when a service answers
// 401. Its methods may be called concurrently.
type Session struct {
	config SessionConfig
	logins singleflight.Group

	mu      sync.Mutex
	current *login
	// refused is the error of a login with wrong credentials. The session does
	// not retry it, because a cloud may lock the user after a few wrong logins.
	refused error
}

// NewSession returns a session that logs in before its first request.
func NewSession(config SessionConfig) *Session { return &Session{config: config} }

// NewToken returns a session with a static token, which sends no request to the
// identity service.
func NewToken(token string) *Session {
	return &Session{
		config:  SessionConfig{Options: gophercloud.AuthOptions{TokenID: token}},
		current: &login{token: token},
	}
}

// Project returns the id of the project in the token. It may log in.
func (s *Session) Project(ctx context.Context) (string, error) {
	l, err := s.login(ctx, "")
	if err != nil {
		return "", err
	}
	if l.project == "" {
		return "", s.invalid("the login is not scoped to a project; set the project")
	}
	return l.project, nil
}

// Secrets returns the token and the credentials of the login.
func (s *Session) Secrets() []string {
	o := s.config.Options
	secrets := []string{o.Password, o.ApplicationCredentialSecret, o.TokenID}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		secrets = append(secrets, s.current.token)
	}
	return secrets
}

// Hint returns why a service may have refused the token of the session.
func (s *Session) Hint(*api.Answer) string {
	if s.isStaticToken() {
		return "The token is wrong, has expired or was revoked, and the provider cannot renew it. Set a new token, or credentials to log in with."
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.accessRules {
		return "The application credential has access rules, and none of them allows this call. Create one with a rule for the method and the path of the operation, or without access rules."
	}
	return "The service refuses a new token. Check that the credentials and the endpoint belong to the same cloud and region."
}

// isStaticToken reports whether the session cannot get a new token.
func (s *Session) isStaticToken() bool { return s.config.Options.TokenID != "" }

// login returns the current login, and makes a new one if there is none or if
// the token of the current one was rejected.
func (s *Session) login(ctx context.Context, rejected string) (*login, error) {
	if current, err := s.cachedLogin(rejected); current != nil || err != nil {
		return current, err
	}
	result := s.logins.DoChan("", func() (any, error) {
		if current, err := s.cachedLogin(rejected); current != nil || err != nil {
			return current, err
		}
		// Other calls wait for this login too, so it does not end with the call
		// that started it.
		fresh, err := s.authenticate(context.WithoutCancel(ctx))
		s.mu.Lock()
		defer s.mu.Unlock()
		if errors.Is(err, api.ErrDenied) {
			s.refused = err
		}
		if err == nil {
			s.current = fresh
		}
		return fresh, err
	})
	select {
	case <-ctx.Done():
		return nil, s.unanswered(context.Cause(ctx))
	case r := <-result:
		return r.Val.(*login), r.Err //nolint:forcetypeassert // The function above returns this type.
	}
}

// cachedLogin returns the cached login or error. If both are nil, a login is
// needed.
func (s *Session) cachedLogin(rejected string) (*login, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.token != rejected {
		return s.current, nil
	}
	return nil, s.refused
}

// Wrap returns a transport that sends the session's token, and retries a request
// once with a new token if the service answers 401.
func (s *Session) Wrap(next http.RoundTripper) http.RoundTripper {
	return &tokenTransport{session: s, next: next}
}

type tokenTransport struct {
	session *Session
	next    http.RoundTripper
}

func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		// A transport must close the body of the request, even if it does not
		// send it.
		defer req.Body.Close()
	}
	current, err := t.session.login(req.Context(), "")
	if err != nil {
		return nil, err
	}
	resp, err := t.send(req, current.token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || t.session.isStaticToken() {
		return resp, err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 4096) // This allows the connection to be reused.
	_ = resp.Body.Close()
	if current, err = t.session.login(req.Context(), current.token); err != nil {
		return nil, err
	}
	return t.send(req, current.token)
}

func (t *tokenTransport) send(req *http.Request, token string) (*http.Response, error) {
	again := req.Clone(req.Context())
	again.Header.Set("X-Auth-Token", token)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	return t.next.RoundTrip(again)
}
