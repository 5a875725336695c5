package callback

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/port"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// DefaultListen is the address to listen on by default: a free port that only
// this machine can reach.
const DefaultListen = "127.0.0.1:0"

// Config is the configuration of a Receiver.
type Config struct {
	// Listen is the host and port of the receiver. A fixed port can be shared
	// by any number of processes of one user, but not on Windows. If it is
	// empty, a relay at URL receives the callbacks.
	Listen string
	// URL is what the service calls back; empty means the address that
	// Listen is bound to.
	URL string
	// Store is the inbox.
	Store inbox.Store
	// Scope names the Terraform state whose calls this is for.
	Scope string
	// Reorder means that an order without a callback is closed and a new one is
	// placed, if two looks found no candidate.
	Reorder bool
	// InboxMayBeLost reports whether the inbox is on a disk that may not exist
	// at the next apply, such as that of a CI runner.
	InboxMayBeLost bool
	// CommandFlags are added to the commands in messages, such as " --inbox DIR".
	CommandFlags string
	// Recipient is the public key that results are sealed to, if any. Opens
	// reports whether Unseal can open what is sealed to a given recipient.
	Recipient string
	Opens     func(recipient string) bool
	// Certificate and Key are PEM. If both are set, the receiver serves https.
	Certificate, Key []byte
	// Seal and Unseal, if set, encrypt and decrypt what is stored.
	Seal   func(ctx context.Context, in receiver.Inbox, made id.ID, body []byte) ([]byte, error)
	Unseal func(value []byte) ([]byte, error)
	// Ended, if set, reports whether a call has ended. It is asked about calls
	// that this process did not make or does not wait for.
	Ended func(ctx context.Context, store inbox.Store, made id.ID) (bool, error)
	// Logger receives warnings and errors, without the content of callbacks;
	// nil discards them. The context that its handler gets is that of the call
	// or of the wait.
	Logger *slog.Logger
}

// ConfigError is the error for one invalid value of a Config. It says what to
// write instead.
type ConfigError struct {
	// Field is "Listen", "URL", "Certificate" or "Key".
	Field string
	// Problem is one or more sentences.
	Problem string
}

func (e *ConfigError) Error() string { return e.Problem }

// address is a validated Config: where to listen, and the URL that the service
// calls back.
type address struct {
	relay      bool // Nothing listens here.
	host, port string
	tls        *tls.Config
	url        *url.URL // Without the port if port is "0" and no URL is configured.
}

func (a *address) listen() string { return net.JoinHostPort(a.host, a.port) }

func (a *address) fixed() bool { return a.port != "0" }

// protocol identifies how the receiver answers: processes with the same
// protocol can share a port.
func (a *address) protocol() string {
	if a.tls == nil {
		return "http"
	}
	return port.Digest(string(a.tls.Certificates[0].Certificate[0]))
}

func parse(cfg Config) (*address, error) {
	a := &address{}
	var err error
	if cfg.Listen == "" {
		return parseRelay(cfg)
	}
	if a.host, a.port, err = net.SplitHostPort(cfg.Listen); err != nil {
		return nil, &ConfigError{"Listen", fmt.Sprintf("%q is not a host and a port. Write it like 127.0.0.1:0 (a free port of this machine) or 0.0.0.0:8700.", cfg.Listen)}
	}
	number, err := strconv.ParseUint(a.port, 10, 16)
	if err != nil {
		return nil, &ConfigError{"Listen", fmt.Sprintf("%q is not a port. Write a number from 1 to 65535, or 0 for a free one, like 127.0.0.1:0 or 0.0.0.0:8700.", a.port)}
	}
	a.port = strconv.FormatUint(number, 10)
	if a.tls, err = parsePair(cfg.Certificate, cfg.Key); err != nil {
		return nil, err
	}
	if cfg.URL != "" {
		if a.url, err = parseURL(cfg.URL, a); err != nil {
			return nil, err
		}
		return a, a.checkCertificate()
	}
	if ip := net.ParseIP(a.host); a.host == "" || ip != nil && ip.IsUnspecified() {
		return nil, &ConfigError{"URL", fmt.Sprintf("It is required, because listen is %s (every address of this machine), and the provider does not know which of them the service can reach. Write that address, such as https://runner.example.com:%s.", cfg.Listen, a.port)}
	}
	a.url = &url.URL{Scheme: "http", Host: a.listen()}
	if a.tls != nil {
		a.url.Scheme = "https"
	}
	return a, a.checkCertificate()
}

func (a *address) checkCertificate() error {
	if a.tls == nil {
		return nil
	}
	return checkCertificate(a.tls.Certificates[0].Leaf, a.url.Hostname(), time.Now())
}

// parseRelay returns the address of a relay that receives the callbacks.
func parseRelay(cfg Config) (*address, error) {
	switch {
	case cfg.URL == "":
		return nil, &ConfigError{"URL", "It is required, because listen is empty: a relay receives the callbacks. Write the URL of the relay, like https://relay.example.com."}
	case len(cfg.Certificate) > 0:
		return nil, &ConfigError{"Certificate", "It has no effect, because listen is empty: a relay receives the callbacks, and it has its own certificate. Remove the certificate and its key."}
	}
	// Nothing listens here, so any port of the URL is fixed.
	a := &address{relay: true, port: "443"}
	var err error
	a.url, err = parseURL(cfg.URL, a)
	return a, err
}

func parsePair(certificate, key []byte) (*tls.Config, error) {
	switch {
	case len(certificate) == 0 && len(key) == 0:
		return nil, nil
	case len(key) == 0:
		return nil, &ConfigError{"Key", "It is required with a certificate. Write the private key of the certificate in PEM, or remove both."}
	case len(certificate) == 0:
		return nil, &ConfigError{"Certificate", "It is required with a private key. Write the certificate of the key in PEM, or remove both."}
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, &ConfigError{"Certificate", fmt.Sprintf("The certificate and its key do not work together (%v). Write a certificate, with its chain, and its own private key, both in PEM.", err)}
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// parseURL returns errors that quote no part of the URL, because it may contain
// a password.
func parseURL(raw string, a *address) (*url.URL, error) {
	u, err := url.Parse(raw)
	problem := ""
	switch {
	case err != nil:
		problem = "It cannot be parsed. Write it like https://runner.example.com:8700."
	case u.Scheme != "http" && u.Scheme != "https":
		problem = "It must begin with http:// or https://. Write it like https://runner.example.com:8700."
	case u.Hostname() == "":
		problem = "It has no host. Write it like https://runner.example.com:8700."
	case u.User != nil:
		problem = "It contains a user name. Remove it: each callback URL already contains a secret."
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		problem = "It has a query or a fragment. Write only scheme, host, port and path."
	case u.Scheme == "http" && a.tls != nil:
		problem = "It begins with http://, but with a certificate the receiver accepts only https. Write https://, or remove the certificate."
	case !a.fixed():
		problem = "Requests to it cannot reach listen, because the port of listen changes with every run. Write a fixed port in listen too, like 0.0.0.0:8700."
	}
	if problem != "" {
		return nil, &ConfigError{"URL", problem}
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}
