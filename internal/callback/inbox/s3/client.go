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

	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awskeys"
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
	http *http.Client
	keys *awskeys.Keys
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
	req, keyID, err := c.sign(ctx, r)
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
		failed.renewed = failed.Code == "ExpiredToken" && c.keys.Expire(ctx, keyID)
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

// sign makes the HTTP request and returns it with the id of the key that signed
// it. A signed request names its own time, so each attempt needs a new signature.
func (c *client) sign(ctx context.Context, r request) (*http.Request, string, error) {
	address := *c.base
	if r.object != "" {
		address.Path += c.prefix + r.object
	}
	address.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, "", err
	}
	req.GetBody = nil // Only call retries requests.
	maps.Copy(req.Header, r.header)
	sum := sha256.Sum256(r.body)
	req.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	keys, err := c.keys.Get(ctx)
	if err != nil {
		return nil, "", err
	}
	return signer.SignV4(*req, keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, c.region), keys.AccessKeyID, nil
}
