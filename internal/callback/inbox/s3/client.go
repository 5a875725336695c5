package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/signer"
)

const (
	// attemptTimeout is the timeout of one attempt, so that a request without
	// an answer is retried.
	attemptTimeout = 15 * time.Second
	// maxAnswer is larger than any value and any page of a listing.
	maxAnswer = 4 << 20
)

// client sends signed requests to one bucket.
type client struct {
	*location
	http        *http.Client
	credentials *credentials.Credentials
	pause       time.Duration
}

// request is a call of the bucket.
type request struct {
	method string
	object string     // Empty for the bucket itself.
	query  url.Values // For a call of the bucket itself.
	header http.Header
	body   []byte
}

// answer is a successful answer.
type answer struct {
	body []byte
	date time.Time // The time of the service.
}

// send sends a request once. An answer that is not a success is an *Error.
func (c *client) send(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, fmt.Errorf("no answer within %v", attemptTimeout))
	defer cancel()
	req, used, err := c.sign(ctx, r)
	if err != nil {
		return answer{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, c.unreachable(ctx, r, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errors.New("the answer is too large")
	}
	if resp.StatusCode/100 != 2 {
		failed := c.parseError(r, resp, body)
		failed.renewed = failed.Code == "ExpiredToken" && c.expire(ctx, used)
		return answer{}, failed
	}
	if err != nil {
		return answer{}, c.unreachable(ctx, r, err)
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		date = time.Now() // Services send it; a proxy may remove it.
	}
	return answer{body: body, date: date}, nil
}

// sign creates the HTTP request and returns it with the credentials that signed
// it. The signature contains the time, so each attempt needs a new one.
func (c *client) sign(ctx context.Context, r request) (*http.Request, credentials.Value, error) {
	address := *c.base
	if r.object != "" {
		address.Path += c.prefix + r.object
	}
	address.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, credentials.Value{}, err
	}
	req.GetBody = nil // Only call retries requests.
	maps.Copy(req.Header, r.header)
	sum := sha256.Sum256(r.body)
	req.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	value, err := c.find(ctx)
	if err != nil {
		return nil, value, err
	}
	return signer.SignV4(*req, value.AccessKeyID, value.SecretAccessKey, value.SessionToken, c.region), value, nil
}

// find returns the credentials, which may have to be fetched.
func (c *client) find(ctx context.Context) (credentials.Value, error) {
	type result struct {
		value credentials.Value
		err   error
	}
	found := make(chan result, 1)
	go func() { // The lock of the credentials and a program of a profile know no context.
		value, err := c.credentials.GetWithContext(&credentials.CredContext{Context: ctx})
		found <- result{value, err}
	}()
	select {
	case r := <-found:
		return r.value, r.err
	case <-ctx.Done():
		return credentials.Value{}, fmt.Errorf("no credentials for the bucket: %w", context.Cause(ctx))
	}
}

// expire discards credentials that the service reports as expired, so that find
// looks for new ones. It reports whether there may be others.
func (c *client) expire(ctx context.Context, used credentials.Value) bool {
	if current, err := c.find(ctx); err == nil && current.SessionToken == used.SessionToken {
		c.credentials.Expire()
	}
	return !used.Expiration.IsZero()
}
