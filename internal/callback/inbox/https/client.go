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

	"github.com/cenkalti/backoff/v5"
)

// Config is a relay and how to reach it.
type Config struct {
	// URL is the base URL of the relay.
	URL string
	// Token is what the relay was started with.
	Token string
	// HTTPClient sends the requests.
	HTTPClient *http.Client
}

const (
	attemptTimeout = 15 * time.Second
	// waitMargin is how much later than waitTimeout a wait counts as lost.
	waitMargin    = 10 * time.Second
	maxTries      = 5
	firstInterval = 50 * time.Millisecond
	maxInterval   = time.Second
	maxAnswer     = 16 << 20
)

// parseURL quotes no part of a URL that may contain a credential.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be parsed; write it like https://relay.example.com")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, errors.New("it must begin with https://, because passwords and the token are sent to it; http:// is possible on this machine only (http://127.0.0.1:8700)")
	case u.Hostname() == "":
		return nil, errors.New("it names no host; write it like https://relay.example.com")
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

// call sends a request until it is answered, at most maxTries times. Every
// request may be repeated: creating the same value again is not a change.
func (s *Store) call(ctx context.Context, r request) (reply, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = firstInterval, maxInterval
	return backoff.Retry(ctx, func() (reply, error) {
		a, err := s.send(ctx, r)
		if e, ok := errors.AsType[*Error](err); ok && !e.temporary {
			return a, backoff.Permanent(err)
		}
		return a, err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(maxTries), backoff.WithMaxElapsedTime(0))
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
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), bytes.NewReader(r.body)) //nolint:gosec // The relay is configured.
	if err != nil {
		return reply{}, err
	}
	req.GetBody = nil // What was sent is repeated by call only.
	if r.header != nil {
		req.Header = r.header.Clone()
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := s.http.Do(req) //nolint:gosec // The relay is configured.
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

// Error is a request that the relay did not carry out.
type Error struct {
	text      string
	temporary bool
	err       error
}

func (e *Error) Error() string { return e.text }

func (e *Error) Unwrap() error { return e.err }

// maxQuoted bounds what an error quotes of an answer.
const maxQuoted = 300

// failure returns the error that an answer is, or nil.
func (s *Store) failure(resp *http.Response, body []byte) error {
	host := s.base.Host
	temporary := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError
	quoted := strings.TrimSpace(string(body[:min(len(body), maxQuoted)]))
	switch version := resp.Header.Get(protocolHeader); {
	case version == "" && temporary:
		return &Error{temporary: true, text: fmt.Sprintf("%s answered %d, but not as a relay does: a proxy before the relay may not reach it", host, resp.StatusCode)}
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

// unreachable words a request without an answer.
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
