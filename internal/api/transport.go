package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// MaxAnswer is the maximum size of an answer in bytes.
const MaxAnswer = 4 << 20

// requestTimeout is the timeout of one request. It is longer than 60 seconds,
// because Nova and many gateways answer with an error after that time, which is
// more useful than a timeout.
const requestTimeout = 90 * time.Second

// ErrAnswerTooLarge is the error of reading an answer of more than MaxAnswer
// bytes.
var ErrAnswerTooLarge = fmt.Errorf("the answer is larger than %d MiB", MaxAnswer>>20)

// TransportConfig is the configuration of an HTTP client.
type TransportConfig struct {
	// UserAgent is sent with every request.
	UserAgent string
	// Logger receives one record per request; nil discards them.
	Logger *slog.Logger
	// CACertificate is a PEM bundle that is trusted instead of the CA
	// certificates of the system. It may be empty.
	CACertificate []byte
	// ClientCertificate and ClientKey are PEM. Set both or neither.
	ClientCertificate, ClientKey []byte
	// Wrap, if set, wraps the transport, for example with a signer, which must
	// see the request as it is sent.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// ConfigError is the error for one invalid value of a TransportConfig. It says
// what to write instead.
type ConfigError struct {
	// Field is "CACertificate" or "ClientCertificate".
	Field string
	// Problem is one or more sentences.
	Problem string
}

func (e *ConfigError) Error() string { return e.Problem }

// NewHTTPClient returns a client that uses HTTP/1.1 only. It does not follow
// redirects, because they would send credentials to another host. It sends the
// User-Agent, and limits the time of a request to 90 seconds and the size of an
// answer to MaxAnswer. It logs method, host, path, status and duration, but no
// header, query or body. The error is a *ConfigError if a certificate or key is
// invalid.
func NewHTTPClient(cfg TransportConfig) (*http.Client, error) {
	tlsConfig, err := newTLSConfig(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Wrap == nil {
		cfg.Wrap = func(next http.RoundTripper) http.RoundTripper { return next }
	}
	shared, single := newTransport(tlsConfig), newTransport(tlsConfig)
	single.DisableKeepAlives = true
	return &http.Client{
		Transport: &roundTripper{
			base: shared, next: cfg.Wrap(shared), once: cfg.Wrap(single),
			userAgent: cfg.UserAgent, logger: cfg.Logger,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       requestTimeout,
	}, nil
}

// newTransport returns a transport that uses HTTP/1.1 only: over HTTP/2,
// net/http repeats a POST without end if the server resets its stream.
func newTransport(tlsConfig *tls.Config) *http.Transport {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:       tlsConfig,
		TLSHandshakeTimeout:   10 * time.Second,
		Protocols:             protocols,
		MaxIdleConnsPerHost:   10, // Terraform runs ten operations concurrently.
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// onceKey marks the context of a request that must not reach the service twice.
type onceKey struct{}

func newTLSConfig(cfg TransportConfig) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(cfg.CACertificate) > 0 {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(cfg.CACertificate) {
			return nil, &ConfigError{"CACertificate", "It contains no PEM certificate. Write the content of the file, not its name, for example file(\"ca.pem\")."}
		}
	}
	if len(cfg.ClientCertificate) > 0 || len(cfg.ClientKey) > 0 {
		pair, err := tls.X509KeyPair(cfg.ClientCertificate, cfg.ClientKey)
		if err != nil {
			return nil, &ConfigError{"ClientCertificate", fmt.Sprintf("It and its private key do not work together (%v). "+
				"Write the content of both files, not their names, for example file(\"client.pem\") and file(\"client.key\"); the key must have no passphrase.", err)}
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

type roundTripper struct {
	base *http.Transport
	next http.RoundTripper
	// once opens a connection for each request: on a kept connection, net/http
	// repeats a request that it considers idempotent.
	once      http.RoundTripper
	userAgent string
	logger    *slog.Logger
}

func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.userAgent != "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", t.userAgent)
	}
	next := t.next
	if req.Context().Value(onceKey{}) != nil {
		next = t.once
	}
	start := time.Now()
	resp, err := next.RoundTrip(req)
	attrs := []slog.Attr{
		slog.String("method", req.Method),
		slog.String("host", req.URL.Host),
		slog.String("path", req.URL.Path),
		slog.Duration("duration", time.Since(start)),
	}
	if err != nil {
		t.logger.LogAttrs(req.Context(), slog.LevelDebug, "request failed", append(attrs, slog.Any("error", err))...)
		return nil, err
	}
	t.logger.LogAttrs(req.Context(), slog.LevelDebug, "request", append(attrs, slog.Int("status", resp.StatusCode))...)
	resp.Body = &limitedBody{ReadCloser: resp.Body, left: MaxAnswer}
	return resp, nil
}

// CloseIdleConnections is called by the method of http.Client with the same
// name.
func (t *roundTripper) CloseIdleConnections() { t.base.CloseIdleConnections() }

// limitedBody returns an error when more than the limit is read. With
// io.LimitReader, a truncated answer would look complete.
type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrAnswerTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, ErrAnswerTooLarge
	}
	return n, err
}

// ParseEndpoint parses the base address of a service. It must be an absolute
// http or https URL without user, query and fragment.
func ParseEndpoint(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be parsed; write it like https://service.example.com")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("it must begin with https:// or http://, like https://service.example.com")
	case u.Hostname() == "":
		return nil, errors.New("it has no host; write it like https://service.example.com")
	case u.User != nil:
		return nil, errors.New("it contains a user name; set credentials in their own arguments")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, errors.New("it has a query or a fragment; only scheme, host, port and path can be given")
	}
	return u, nil
}

// Loopback reports whether host, a name or an IP address without a port, is
// this machine. It does not resolve names.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// certificateRefused reports whether err is a TLS alert with which a server
// refuses the client certificate. In TLS 1.3 the alert arrives after the client
// has started to send, but the server does not read that data. The type of
// alerts is not exported, so their text is compared, which is the name in the
// RFC.
func certificateRefused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == opAlert && strings.Contains(op.Err.Error(), "certificate")
}

// opAlert is the Op of the net.OpError for a TLS alert of the server.
const opAlert = "remote error"

// WithCause returns err with the cause of ctx instead of a bare "context
// deadline exceeded".
func WithCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}
