package callback

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNew_configErrors(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	_, otherKey := selfSigned(t)
	expired, expiredKey := selfSignedUntil(t, time.Now().Add(-time.Hour))
	early, earlyKey := selfSignedBetween(t, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour))
	for name, test := range map[string]struct {
		cfg   Config
		field string
		says  []string
	}{
		"no listen":                   {Config{}, "URL", []string{"a relay receives", "https://relay.example.com"}},
		"relay without scheme":        {Config{URL: "relay.example.com"}, "URL", []string{"https://"}},
		"certificate for a relay":     {Config{URL: "https://relay.example.com", Certificate: certificate, Key: key}, "Certificate", []string{"a relay receives"}},
		"listen without port":         {Config{Listen: "127.0.0.1"}, "Listen", []string{`"127.0.0.1"`, "0.0.0.0:8700"}},
		"listen is a URL":             {Config{Listen: "http://127.0.0.1:8700"}, "Listen", []string{"127.0.0.1:0"}},
		"listen on a named port":      {Config{Listen: "127.0.0.1:http"}, "Listen", []string{`"http"`, "65535"}},
		"listen on port 70000":        {Config{Listen: "127.0.0.1:70000"}, "Listen", []string{`"70000"`}},
		"every IPv4 address":          {Config{Listen: "0.0.0.0:8700"}, "URL", []string{"0.0.0.0:8700", "https://runner.example.com:8700"}},
		"every IPv6 address":          {Config{Listen: "[::]:8700"}, "URL", []string{"https://runner.example.com:8700"}},
		"every address":               {Config{Listen: ":8700"}, "URL", []string{"https://runner.example.com:8700"}},
		"URL of another scheme":       {Config{Listen: "0.0.0.0:8700", URL: "ftp://runner.example.com"}, "URL", []string{"https://"}},
		"URL without scheme":          {Config{Listen: "0.0.0.0:8700", URL: "runner.example.com:8700"}, "URL", []string{"https://"}},
		"URL without host":            {Config{Listen: "0.0.0.0:8700", URL: "http://:8700"}, "URL", []string{"has no host"}},
		"URL that cannot be parsed":   {Config{Listen: "0.0.0.0:8700", URL: "http://%zz hunter2"}, "URL", []string{"cannot be parsed"}},
		"URL with a user":             {Config{Listen: "0.0.0.0:8700", URL: "https://joe:hunter2@runner.example.com"}, "URL", []string{"user name"}},
		"URL with a query":            {Config{Listen: "0.0.0.0:8700", URL: "https://runner.example.com?key=hunter2"}, "URL", []string{"query"}},
		"URL with an empty query":     {Config{Listen: "0.0.0.0:8700", URL: "https://runner.example.com?"}, "URL", []string{"query"}},
		"URL with a fragment":         {Config{Listen: "0.0.0.0:8700", URL: "https://runner.example.com#hunter2"}, "URL", []string{"fragment"}},
		"URL of a free port":          {Config{Listen: DefaultListen, URL: "https://runner.example.com"}, "URL", []string{"0.0.0.0:8700"}},
		"certificate without key":     {Config{Listen: DefaultListen, Certificate: certificate}, "Key", []string{"private key"}},
		"key without certificate":     {Config{Listen: DefaultListen, Key: key}, "Certificate", []string{"Write the certificate"}},
		"certificate that is not PEM": {Config{Listen: DefaultListen, Certificate: []byte("hunter2"), Key: key}, "Certificate", []string{"PEM"}},
		"key of another certificate":  {Config{Listen: DefaultListen, Certificate: certificate, Key: otherKey}, "Certificate", []string{"do not work together"}},
		"certificate of a host": {
			Config{Listen: "0.0.0.0:8700", URL: "https://runner.example.com", Certificate: certificate, Key: key},
			"Certificate",
			[]string{"not valid for runner.example.com, the host of the callback URL"},
		},
		"expired certificate": {Config{Listen: DefaultListen, Certificate: expired, Key: expiredKey}, "Certificate", []string{"It expired on ", "Use a certificate that is valid"}},
		"certificate of tomorrow": {
			Config{Listen: DefaultListen, Certificate: early, Key: earlyKey},
			"Certificate",
			[]string{"It is not valid before ", "check the clock of this machine"},
		},
		"certificate for http": {Config{Listen: "0.0.0.0:8700", URL: "http://runner.example.com", Certificate: certificate, Key: key}, "URL", []string{"https://"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(test.cfg)
			var config *ConfigError
			if !errors.As(err, &config) || config.Field != test.field {
				t.Fatalf("error %#v, want one of %s", err, test.field)
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not contain %q", err, text)
				}
			}
			if strings.Contains(err.Error(), "hunter2") || !strings.HasSuffix(err.Error(), ".") {
				t.Errorf("%q contains a secret or is not a sentence", err)
			}
		})
	}
}

func TestReceiver_hostAndURL(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	port := freePort(t)
	for name, test := range map[string]struct {
		cfg       Config
		host, url string // The URL may leave out the port.
	}{
		"default":             {Config{Listen: DefaultListen}, "127.0.0.1", "http://127.0.0.1:"},
		"name":                {Config{Listen: "localhost:0"}, "localhost", "http://localhost:"},
		"IPv6":                {Config{Listen: "[::1]:0"}, "::1", "http://[::1]:"},
		"TLS":                 {Config{Listen: DefaultListen, Certificate: certificate, Key: key}, "127.0.0.1", "https://127.0.0.1:"},
		"proxy":               {Config{Listen: "127.0.0.1:" + port, URL: "https://Runner.example.com/hooks/"}, "Runner.example.com", "https://Runner.example.com/hooks/v1/callbacks/"},
		"port with zeros":     {Config{Listen: "127.0.0.1:0" + port}, "127.0.0.1", "http://127.0.0.1:" + port + "/v1/callbacks/"},
		"TLS with given URL":  {Config{Listen: ":" + port, URL: "https://[2001:db8::1]:8700", Certificate: certificate, Key: key}, "2001:db8::1", "https://[2001:db8::1]:8700/v1/callbacks/"},
		"relay":               {Config{URL: "https://relay.example.com/path/"}, "relay.example.com", "https://relay.example.com/path/v1/callbacks/"},
		"http with given URL": {Config{Listen: ":" + port, URL: "http://runner.example.com:8700/"}, "runner.example.com", "http://runner.example.com:8700/v1/callbacks/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(test.cfg.Listen, "::1") {
				requireIPv6(t)
			}
			f := newFixture(t, func(cfg *Config) {
				cfg.Listen, cfg.URL, cfg.Certificate, cfg.Key = test.cfg.Listen, test.cfg.URL, test.cfg.Certificate, test.cfg.Key
			})
			if f.Host() != test.host {
				t.Errorf("host %q before the start", f.Host())
			}
			if address := f.open(t).URL(); !strings.HasPrefix(address, test.url) {
				t.Errorf("the callback URL is %s", address)
			}
		})
	}
}

func TestNew_startsNothing(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	path := filepath.Join(t.TempDir(), "inbox")
	f := newFixture(t, func(cfg *Config) { cfg.Listen, cfg.Store = "127.0.0.1:"+port, newDirectory(t, path) })
	if _, err := os.Stat(path); err == nil {
		t.Error("New created the inbox")
	}
	if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil { //nolint:noctx // Nothing answers.
		conn.Close()
		t.Error("New listens")
	}
	// Control: the first call creates the inbox and listens.
	f.open(t)
	if _, err := os.Stat(path); err != nil {
		t.Error("Open did not create the inbox")
	}
	conn, err := net.Dial("tcp", "127.0.0.1:"+port) //nolint:noctx // It answers.
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func requireIPv6(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "[::1]:0") //nolint:noctx // A literal address.
	if err != nil {
		t.Skip("this machine has no IPv6")
	}
	listener.Close()
}

// freePort returns a port that nothing listens on.
func freePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", DefaultListen) //nolint:noctx // A literal address.
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// selfSigned returns a certificate for 127.0.0.1 and its key in PEM.
func selfSigned(t *testing.T) (certificate, key []byte) {
	t.Helper()
	return selfSignedUntil(t, time.Now().Add(time.Hour))
}

func selfSignedUntil(t *testing.T, notAfter time.Time) (certificate, key []byte) {
	t.Helper()
	return selfSignedBetween(t, time.Time{}, notAfter)
}

func selfSignedBetween(t *testing.T, notBefore, notAfter time.Time) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    notBefore,
		NotAfter:     notAfter,
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP("2001:db8::1")},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}
