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
	// attemptTimeout bounds one request, so that one that hangs is retried.
	attemptTimeout = 15 * time.Second
	// maxAnswer is more than a page of a listing or a value needs.
	maxAnswer = 4 << 20
)

// client sends signed requests to one bucket.
type client struct {
	*location
	http        *http.Client
	credentials *credentials.Credentials
}

// request is a call of the bucket.
type request struct {
	method string
	object string     // Empty for the bucket itself.
	query  url.Values // Of a call of the bucket.
	header http.Header
	body   []byte
}

// answer is a successful answer.
type answer struct {
	body []byte
	date time.Time // By the clock of the service.
}

// send sends a request once. An answer that is not a success is an *Error.
func (c *client) send(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, fmt.Errorf("no answer within %v", attemptTimeout))
	defer cancel()
	req, err := c.sign(ctx, r)
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
		return answer{}, c.parseError(r, resp, body)
	}
	if err != nil {
		return answer{}, c.unreachable(ctx, r, err)
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		date = time.Now() // Only a proxy removes it.
	}
	return answer{body: body, date: date}, nil
}

// sign makes the HTTP request. A signed request names its own time, so each
// attempt needs a new signature.
func (c *client) sign(ctx context.Context, r request) (*http.Request, error) {
	address := *c.base
	if r.object != "" {
		address.Path += c.prefix + r.object
	}
	address.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.GetBody = nil // What was sent is repeated by retry only.
	maps.Copy(req.Header, r.header)
	sum := sha256.Sum256(r.body)
	req.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	keys, err := c.keys(ctx)
	if err != nil {
		return nil, err
	}
	return signer.SignV4(*req, keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, c.region), nil
}

// keys returns the credentials, which may have to be fetched.
func (c *client) keys(ctx context.Context) (credentials.Value, error) {
	type result struct {
		value credentials.Value
		err   error
	}
	found := make(chan result, 1)
	go func() { // It knows no context.
		value, err := c.credentials.GetWithContext(&credentials.CredContext{Client: c.http})
		found <- result{value, err}
	}()
	select {
	case r := <-found:
		if r.err == nil && (r.value.AccessKeyID == "" || r.value.SecretAccessKey == "") {
			r.err = errors.New("there are none in the environment, in the shared files, and from a role of this machine")
		}
		if r.err != nil {
			return credentials.Value{}, &credentialsError{r.err}
		}
		return r.value, nil
	case <-ctx.Done():
		return credentials.Value{}, &credentialsError{context.Cause(ctx)}
	}
}

// credentialsError says that there are no credentials.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string {
	return fmt.Sprintf("no credentials for the bucket were found (%v); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role", e.err)
}

func (e *credentialsError) Unwrap() error { return e.err }

// metadataTimeout bounds the look for a role of the machine, which on most
// machines nobody answers.
const metadataTimeout = 5 * time.Second

// chain looks for credentials in the order of the AWS tools.
func chain() *credentials.Credentials {
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{},
		&credentials.FileAWSCredentials{},
		&credentials.IAM{Client: &http.Client{
			Timeout: metadataTimeout,
			// The metadata service is never behind a proxy.
			Transport: &http.Transport{DisableKeepAlives: true},
		}},
	})
}
