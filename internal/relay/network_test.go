package relay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
)

// selfSigned returns a certificate for 127.0.0.1 and its key, in PEM.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

func TestRelay_servesItsInboxOverTLS(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	r := start(t, "--token-file", tokenFile(t), "--tls-cert", write(t, "tls.crt", certificate), "--tls-key", write(t, "tls.key", key))
	address := strings.Replace(r.url, "http://", "https://", 1)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(certificate))
	for want, trusted := range map[string]*x509.CertPool{"": roots, "is not trusted": x509.NewCertPool()} {
		transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
		s, err := https.New(https.Config{URL: address, Token: token, HTTPClient: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Create(t.Context(), "results/a", []byte("x"))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Create returned %v, want %q", err, want)
		}
	}
	if value, err := r.store.Get(t.Context(), "results/a"); string(value) != "x" || err != nil {
		t.Errorf("the inbox holds %q (%v)", value, err)
	}
}

// A connection above the limit waits until another one ends.
func TestRelay_limitsItsConnections(t *testing.T) {
	t.Parallel()
	r := start(t, "--max-connections", "1")
	host := strings.TrimPrefix(r.url, "http://")
	first, err := new(net.Dialer).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	const request = "GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n"
	answer := make([]byte, 12)
	if _, err := first.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Read(answer); err != nil || string(answer) != "HTTP/1.1 200" {
		t.Fatalf("the first connection is answered with %q (%v)", answer, err)
	}
	second, err := new(net.Dialer).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if _, err := second.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	_ = second.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := second.Read(answer); err == nil {
		t.Errorf("a second connection is answered with %q", answer[:n])
	}
	_ = first.Close()
	_ = second.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := second.Read(answer); err != nil || string(answer) != "HTTP/1.1 200" {
		t.Errorf("after the first has ended, the second is answered with %q (%v)", answer, err)
	}
}
