package https

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Config is the URL of a relay and what is needed to use it.
type Config struct {
	// URL is the base URL of the relay.
	URL string
	// Token is the token that the relay was started with (--token-file).
	Token string
	// HTTPClient sends the requests.
	HTTPClient *http.Client
	// Pause is the first pause between two attempts, see inbox.Retry.
	Pause time.Duration
}

const (
	attemptTimeout = 15 * time.Second
	// waitMargin is added to waitTimeout for the timeout of a wait request.
	waitMargin = 10 * time.Second
	maxAnswer  = 16 << 20
)

// parseURL returns errors that quote no part of the URL, because it may contain
// a password.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be parsed; write it like https://relay.example.com")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, errors.New("it must begin with https://, because passwords and the token are sent to it; http:// is allowed only on this machine (http://127.0.0.1:8700)")
	case u.Hostname() == "":
		return nil, errors.New("it has no host; write it like https://relay.example.com")
	case u.User != nil:
		return nil, errors.New("it contains a user name; set the token of the relay in token instead")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("it has a query or a fragment; write only scheme, host, port and path")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// request is a call of the relay.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         []byte
	timeout      time.Duration
}

type reply struct {
	status int
	body   []byte
}

// call sends a request until it is answered.
func (s *Store) call(ctx context.Context, r request) (reply, error) {
	return inbox.Retry(ctx, s.pause, func() (reply, error) { return s.send(ctx, r) }, temporary)
}

// temporary reports whether a retry may succeed.
func temporary(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return !ok || e.temporary
}

func (s *Store) send(ctx context.Context, r request) (reply, error) {
	timeout := r.timeout
	if timeout == 0 {
		timeout = attemptTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %v", timeout))
	defer cancel()
	address := *s.base
	address.Path += r.path
	address.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), bytes.NewReader(r.body)) //nolint:gosec // The URL is from the configuration.
	if err != nil {
		return reply{}, err
	}
	req.GetBody = nil // Only call retries requests.
	if r.header != nil {
		req.Header = r.header.Clone()
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := s.http.Do(req) //nolint:gosec // The URL is from the configuration.
	if err != nil {
		return reply{}, s.unreachable(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return reply{}, s.unreachable(ctx, err)
	case len(body) > maxAnswer:
		return reply{}, &Error{text: fmt.Sprintf("the answer of the relay at %s is too large", s.base.Host)}
	}
	return reply{resp.StatusCode, body}, s.failure(resp, body)
}

// Error is the error of a request that the relay did not carry out.
type Error struct {
	text      string
	temporary bool
	err       error
}

func (e *Error) Error() string { return e.text }

func (e *Error) Unwrap() error { return e.err }

// maxQuoted limits how many bytes of an answer an error quotes.
const maxQuoted = 300

// failure returns the error for an answer, or nil if it is a success.
func (s *Store) failure(resp *http.Response, body []byte) error {
	host := s.base.Host
	temporary := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError
	quoted := strings.TrimSpace(string(body[:min(len(body), maxQuoted)]))
	switch version := resp.Header.Get(protocolHeader); {
	case version == "" && temporary:
		return &Error{temporary: true, text: fmt.Sprintf("%s answered %d, but not as a relay does: a proxy in front of the relay may not reach it", host, resp.StatusCode)}
	case version == "":
		return &Error{text: fmt.Sprintf("%s answered %d, but not as a relay does: check the address of the inbox, and whether a proxy answers instead of the relay", host, resp.StatusCode)}
	case version != protocolVersion:
		return &Error{text: fmt.Sprintf("the relay at %s speaks version %.20q of the protocol, and this provider version %s: upgrade the older of the two", host, version, protocolVersion)}
	case resp.StatusCode == http.StatusUnauthorized:
		return &Error{text: fmt.Sprintf("the relay at %s does not accept the token: set token, or CLOUDDESKTOP_CALLBACK_TOKEN, to the content of the file that the relay was started with (--token-file)", host)}
	case temporary:
		return &Error{temporary: true, text: fmt.Sprintf("the relay at %s answered %d: %s", host, resp.StatusCode, quoted)}
	case resp.StatusCode/100 == 2, resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusPreconditionFailed:
		return nil
	}
	return &Error{text: fmt.Sprintf("the relay at %s answered %d: %s", host, resp.StatusCode, quoted)}
}

// unreachable returns the error of a request without an answer.
func (s *Store) unreachable(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	// The text of a *url.Error repeats method and URL.
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	e := &Error{temporary: true, err: err, text: fmt.Sprintf("no answer from the relay at %s: %v; check the address of the inbox, the network, and the proxy", s.base.Host, err)}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		e.temporary = false
		e.text = fmt.Sprintf("the certificate of the relay at %s is not trusted: %v; give the relay a certificate of a trusted CA, or set SSL_CERT_FILE to its CA", s.base.Host, err)
	}
	return e
}
