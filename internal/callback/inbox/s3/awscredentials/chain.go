// Package awscredentials finds the credentials of a bucket in the order of the
// AWS tools. The sources are those of minio-go; its chain hides why a source
// failed.
package awscredentials

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Config is the configuration of the sources.
type Config struct {
	// HTTPClient sends the requests to STS. It must use HTTP/1.1 only and
	// follow no redirects.
	HTTPClient *http.Client
	// Region is the region of STS, unless AWS_REGION is set.
	Region string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// New returns the credentials of the first configured source. It reads no file
// and sends no request. The credentials are renewed before they expire.
func New(cfg Config) *credentials.Credentials {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return credentials.New(&chain{config: cfg, local: newLocalClient(), Expiry: credentials.Expiry{CurrentTime: cfg.Now}})
}

// chain is a credentials.Provider, which credentials.Credentials locks.
type chain struct {
	credentials.Expiry

	config Config
	local  *http.Client
	last   credentials.Value
}

// pause is the time between attempts to renew credentials that are still valid.
const pause = 10 * time.Second

// IsExpired reports whether the credentials must be renewed. It is always false
// for permanent ones.
func (c *chain) IsExpired() bool {
	permanent := complete(c.last) && c.last.Expiration.IsZero()
	return !permanent && c.Expiry.IsExpired()
}

// RetrieveWithCredContext looks for credentials. If they cannot be renewed, the
// last ones are used until they expire, unless the service has refused them.
func (c *chain) RetrieveWithCredContext(cc *credentials.CredContext) (credentials.Value, error) {
	refused := !c.IsExpired()
	found, err := c.find(cc.Context)
	switch {
	case err == nil:
		c.last = found
		c.SetExpiration(found.Expiration, credentials.DefaultExpiryWindow)
	case !refused && c.config.Now().Before(c.last.Expiration):
		c.SetExpiration(c.config.Now().Add(pause), 0)
	default:
		return credentials.Value{}, err
	}
	return c.last, nil
}

// Retrieve implements an older interface of minio-go.
func (c *chain) Retrieve() (credentials.Value, error) {
	return c.RetrieveWithCredContext(&credentials.CredContext{Context: context.Background()})
}

// find returns the credentials of the selected source, or, if none is selected,
// of the first source that has credentials.
func (c *chain) find(ctx context.Context) (credentials.Value, error) {
	var tried []string
	temporary := false
	for _, s := range c.sources() {
		if !s.always && !s.selected() {
			tried = append(tried, fmt.Sprintf("%s (%s is not set)", s.name, s.variables[0]))
			continue
		}
		value, err := s.retrieve(ctx)
		switch {
		case err == nil:
			return value, nil
		case ctx.Err() != nil:
			return value, &Error{text: "from the " + s.name, err: context.Cause(ctx)}
		case s.selected():
			return value, &Error{text: "from the " + s.name, err: err, temporary: s.remote}
		}
		tried = append(tried, fmt.Sprintf("%s (%v)", s.name, err))
		// Most machines have no role, and no service that answers.
		_, unanswered := errors.AsType[*unansweredError](err)
		temporary = s.remote && !unanswered
	}
	return credentials.Value{}, &Error{
		text: "were found. Tried: " + strings.Join(tried, ", "), temporary: temporary,
		err: errors.New("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine, the container or the pod a role"),
	}
}

// Error is the error if there are no credentials. It contains no secrets.
type Error struct {
	text      string
	err       error
	temporary bool
}

func (e *Error) Error() string {
	return fmt.Sprintf("no credentials for the bucket %s: %v", e.text, e.err)
}

func (e *Error) Unwrap() error { return e.err }

// Temporary reports whether another attempt may succeed.
func (e *Error) Temporary() bool { return e.temporary }

func complete(v credentials.Value) bool { return v.AccessKeyID != "" && v.SecretAccessKey != "" }
