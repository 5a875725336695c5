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

// MaxAnswer is the size in bytes above which an answer is not read on.
const MaxAnswer = 4 << 20

// requestTimeout bounds one request. Nova and many gateways answer with their own
// error after 60 seconds, which says more than a connection that ends.
const requestTimeout = 90 * time.Second

// ErrAnswerTooLarge is what reading an answer of more than MaxAnswer bytes returns.
var ErrAnswerTooLarge = fmt.Errorf("the answer is larger than %d MiB", MaxAnswer>>20)

// TransportConfig is how the clients reach their services.
type TransportConfig struct {
	// UserAgent is sent with every request.
	UserAgent string
	// Logger receives one record a request; nil discards them.
	Logger *slog.Logger
	// CACertificate is a PEM bundle trusted instead of the system's, or empty.
	CACertificate []byte
	// ClientCertificate and ClientKey are PEM, both or neither.
	ClientCertificate, ClientKey []byte
	// Wrap, if set, wraps the transport that carries the request: a signer sees
	// the request as it is sent.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// ConfigError says what to write instead of one value of a TransportConfig.
type ConfigError struct {
	// Field is "CACertificate" or "ClientCertificate".
	Field string
	// Problem is one or more sentences.
	Problem string
}

func (e *ConfigError) Error() string { return e.Problem }

// NewHTTPClient returns a client that speaks HTTP/1.1 only, follows no redirect
// (credential headers would go along to another host), ends a request after 90
// seconds, sends the User-Agent, limits the size of answers, and logs method,
// host, path, status and duration, never a header, a query or a body.
// It fails with a *ConfigError if a certificate or key cannot be used.
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

// newTransport speaks HTTP/1.1 only: over HTTP/2 net/http repeats a POST whose
// stream the server resets, without end.
func newTransport(tlsConfig *tls.Config) *http.Transport {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:       tlsConfig,
		TLSHandshakeTimeout:   10 * time.Second,
		Protocols:             protocols,
		MaxIdleConnsPerHost:   10, // Terraform runs ten operations at once.
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
	// once opens a connection for each request: on a kept one net/http repeats a
	// request that it takes for idempotent.
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

// CloseIdleConnections is what http.Client looks for under this name.
func (t *roundTripper) CloseIdleConnections() { t.base.CloseIdleConnections() }

// limitedBody fails a read past the limit; io.LimitReader would pass a cut
// answer off as a whole one.
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

// ParseEndpoint parses the base address of a service. It must be absolute,
// http or https, and carry neither user, query nor fragment.
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

// Loopback reports whether host, a name or an address without a port, means
// the machine itself. It asks no name server.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// certificateRefused reports an alert by which a server ends the handshake
// because of the client's certificate. In TLS 1.3 it arrives after the client
// has begun to send, but a server that sends it reads nothing of that. The
// type of an alert is not exported; its text is the name that the RFC gives it.
func certificateRefused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == opAlert && strings.Contains(op.Err.Error(), "certificate")
}

// opAlert is the Op of the net.OpError that a TLS alert of the server is.
const opAlert = "remote error"

// contextCause returns err with the cause of ctx instead of a bare "context
// deadline exceeded".
func contextCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}
