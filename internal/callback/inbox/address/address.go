// Package address opens the inbox at an address: a directory, a bucket or a
// relay.
package address

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3"
)

// Config is the address of an inbox and what is needed to use it.
type Config struct {
	// Address is the path of a directory, s3://bucket/prefix, or the https:// URL of
	// a relay.
	Address string
	// Token is the token of a relay.
	Token string
	// HTTPClient sends the requests to buckets and relays. It must use HTTP/1.1
	// only and follow no redirects. If it is nil, Open creates one that does
	// not log.
	HTTPClient *http.Client
}

// Remote reports whether address is not a directory of this machine.
func Remote(address string) bool { return strings.Contains(address, "://") }

// IsRelay reports whether address is the URL of a relay.
func IsRelay(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// Open returns the inbox. It creates no file and sends no request. The error
// says what is wrong with the address.
func Open(cfg Config) (inbox.Store, error) {
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = newHTTPClient()
	}
	scheme, _, remote := strings.Cut(cfg.Address, "://")
	switch {
	case remote && scheme == s3.Scheme:
		return as(s3.New(s3.Config{Address: cfg.Address, HTTPClient: cfg.HTTPClient}))
	case IsRelay(cfg.Address) && cfg.Token == "":
		return nil, errors.New("an inbox behind a relay requires its token")
	case IsRelay(cfg.Address):
		return as(https.New(https.Config{URL: cfg.Address, Token: cfg.Token, HTTPClient: cfg.HTTPClient}))
	case remote:
		return nil, fmt.Errorf("%q is not the address of an inbox; write the path of a directory, s3://bucket/prefix, or https:// and the host of a relay", scheme+"://")
	}
	return as(directory.New(cfg.Address))
}

// as returns a nil Store on an error, instead of a Store that holds a nil
// pointer.
func as[S inbox.Store](store S, err error) (inbox.Store, error) {
	if err != nil {
		return nil, err
	}
	return store, nil
}

// newHTTPClient returns a client that does not retry requests and does not
// follow redirects.
func newHTTPClient() *http.Client {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, Protocols: protocols,
			MaxIdleConnsPerHost: 10, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
