package diagnose_test

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
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// Errors between a real client and a server, and their hints.
func TestHintOfTransport(t *testing.T) {
	t.Parallel()
	start := func(begin func(*httptest.Server)) *httptest.Server {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
		begin(server)
		t.Cleanup(server.Close)
		return server
	}
	plain, secure := start((*httptest.Server).Start), start((*httptest.Server).StartTLS)
	stopped := start(func(s *httptest.Server) { s.Start(); s.Close() })
	closed := start(func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
		s.StartTLS()
	})
	early, earlyCA := withCertificateOf(t, time.Now().Add(time.Hour))
	tomorrow := start(func(s *httptest.Server) { s.TLS = early; s.StartTLS() })
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	port := func(s *httptest.Server) string { return s.URL[strings.LastIndex(s.URL, ":"):] }
	for name, tc := range map[string]struct {
		endpoint string
		ca       []byte
		want     string
	}{
		"no server":             {stopped.URL, nil, "The provider could not connect. Check host and port"},
		"no such host":          {"http://nowhere.invalid", nil, "There is no address for the host of the endpoint."},
		"https where http is":   {"https://127.0.0.1" + port(plain), nil, "The service expects http at this address."},
		"http where https is":   {"http://127.0.0.1" + port(secure), nil, "if the service expects https, write https:// in the endpoint"},
		"unknown authority":     {secure.URL, nil, "Set ca_certificate in the provider block"},
		"another name":          {"https://localhost" + port(secure), ca, "The certificate of the service is for another name"},
		"not valid yet":         {tomorrow.URL, earlyCA, "if it is not valid yet, check the clock of this machine"},
		"no client certificate": {closed.URL, ca, "set client_certificate and client_key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint, err := api.ParseEndpoint(tc.endpoint)
			if err != nil {
				t.Fatal(err)
			}
			transport, err := api.NewHTTPClient(api.TransportConfig{CACertificate: tc.ca})
			if err != nil {
				t.Fatal(err)
			}
			client := api.Client{Service: "desktop", Endpoint: endpoint, HTTP: transport}
			call := api.Call{Method: http.MethodGet, Path: "/x"}
			answer, err := client.Send(t.Context(), call)
			if err == nil {
				err = client.MalformedResponse(call, answer, "the answer is not JSON")
			}
			if got := diagnose.Error("Read Desktop", err).Detail(); !strings.Contains(got, tc.want) {
				t.Errorf("got %s", got)
			}
		})
	}
}

// withCertificateOf returns a configuration whose certificate is valid for an hour
// from notBefore on, and that certificate.
func withCertificateOf(t *testing.T, notBefore time.Time) (*tls.Config, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: notBefore, NotAfter: notBefore.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestHintOfTransport_otherErrors(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"The proxy in HTTPS_PROXY":                       &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}},
		"If it has expired, the service needs a new one": &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}},
		"No complete answer arrived.":                    &net.OpError{Op: "read", Err: errors.New("connection reset by peer")},
	} {
		got := diagnose.Error("Read Desktop", &api.Error{Service: "desktop", Err: err}).Detail()
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
