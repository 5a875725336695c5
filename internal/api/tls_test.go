package api_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// identity is a self-signed certificate and its key, both PEM.
type identity struct{ certificate, key []byte }

func newIdentity(t *testing.T) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return identity{encodePEM("CERTIFICATE", certificate), encodePEM("PRIVATE KEY", private)}
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// serveTLS starts a server that requires the client certificate trusted, if it
// is set. It returns the URL and the certificate of the server.
func serveTLS(t *testing.T, trusted *identity) (endpoint string, ca []byte) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	if trusted != nil {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(trusted.certificate)
		server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MinVersion: tls.VersionTLS12}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, encodePEM("CERTIFICATE", server.Certificate().Raw)
}

func TestNewHTTPClient_tls(t *testing.T) {
	t.Parallel()
	known, unknown := newIdentity(t), newIdentity(t)
	open, openCA := serveTLS(t, nil)
	closed, closedCA := serveTLS(t, &known)
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	for name, tc := range map[string]struct {
		endpoint string
		cfg      api.TransportConfig
		want     string // A part of the error, or "" for success.
	}{
		"bundle with the CA": {open, api.TransportConfig{CACertificate: slices.Concat(unknown.certificate, openCA)}, ""},
		"client certificate": {
			closed,
			api.TransportConfig{CACertificate: closedCA, ClientCertificate: known.certificate, ClientKey: known.key},
			"",
		},
		"no CA":                 {open, api.TransportConfig{}, "certificate signed by unknown authority"},
		"another CA":            {open, api.TransportConfig{CACertificate: unknown.certificate}, "failed to verify certificate"},
		"no client certificate": {closed, api.TransportConfig{CACertificate: closedCA}, "certificate required"},
		"unknown client certificate": {
			closed,
			api.TransportConfig{CACertificate: closedCA, ClientCertificate: unknown.certificate, ClientKey: unknown.key},
			"certificate",
		},
		"http for an https server": {"https" + strings.TrimPrefix(plain.URL, "http"), api.TransportConfig{}, "server gave HTTP response to HTTPS client"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, tc.endpoint, tc.cfg)
			call := api.Call{Method: "POST", Path: "/x", Body: struct{}{}}
			if tc.want == "" {
				if _, err := client.Send(t.Context(), call); err != nil {
					t.Error(err)
				}
				return
			}
			e := failure(t, client, call)
			if !strings.Contains(e.Error(), tc.want) {
				t.Errorf("got %v, want %q", e, tc.want)
			}
			// The order did not reach the server, so its outcome is known, and
			// a retry does not help.
			if !e.Unsent || api.RetryUnsent(e) != api.Stop || api.RetryIdempotent(e) != api.Stop {
				t.Errorf("unsent: %t, repeated: %v and %v", e.Unsent, api.RetryUnsent(e), api.RetryIdempotent(e))
			}
		})
	}
}

func TestNewHTTPClient_badPEM(t *testing.T) {
	t.Parallel()
	one, other := newIdentity(t), newIdentity(t)
	for name, tc := range map[string]struct {
		cfg   api.TransportConfig
		field string
	}{
		"a file name for a CA":            {api.TransportConfig{CACertificate: []byte("ca.pem")}, "CACertificate"},
		"a key for a CA":                  {api.TransportConfig{CACertificate: one.key}, "CACertificate"},
		"a file name for a certificate":   {api.TransportConfig{ClientCertificate: []byte("client.pem"), ClientKey: one.key}, "ClientCertificate"},
		"certificate without a key":       {api.TransportConfig{ClientCertificate: one.certificate}, "ClientCertificate"},
		"key without a certificate":       {api.TransportConfig{ClientKey: one.key}, "ClientCertificate"},
		"key of another certificate":      {api.TransportConfig{ClientCertificate: one.certificate, ClientKey: other.key}, "ClientCertificate"},
		"certificate and key swapped":     {api.TransportConfig{ClientCertificate: one.key, ClientKey: one.certificate}, "ClientCertificate"},
		"a certificate that is cut short": {api.TransportConfig{ClientCertificate: one.certificate[:100], ClientKey: one.key}, "ClientCertificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := api.NewHTTPClient(tc.cfg)
			var wrong *api.ConfigError
			if !errors.As(err, &wrong) || wrong.Field != tc.field || !strings.Contains(wrong.Problem, "Write the content of") {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), string(one.key[30:60])) {
				t.Errorf("the error repeats the key: %v", err)
			}
		})
	}
}
