package s3

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Error is an answer of the bucket that is not a success.
type Error struct {
	Operation string // Such as "PUT results/x".
	Bucket    string
	Status    int
	Code      string // The service's own: "AccessDenied".
	Message   string
	RequestID string
	hint      string
	renewed   bool // The key has expired, and there may be another one.
}

func (e *Error) Error() string {
	text := fmt.Sprintf("the bucket %s answered %d to %s", e.Bucket, e.Status, e.Operation)
	if e.Code != "" {
		text += ": " + e.Code
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	if e.hint != "" {
		text += "; " + e.hint
	}
	return text
}

// parseError reads the error of an answer. Some services send no body.
func (c *client) parseError(r request, resp *http.Response, body []byte) *Error {
	var answer struct {
		Code, Message, Region string
		RequestID             string `xml:"RequestId"`
	}
	// If the body is not XML, only the status is known.
	_ = xml.Unmarshal(body, &answer)
	e := &Error{
		Operation: c.operation(r),
		Bucket:    c.bucket,
		Status:    resp.StatusCode,
		Code:      answer.Code,
		Message:   strings.TrimSpace(answer.Message),
		RequestID: firstOf(answer.RequestID, resp.Header.Get("X-Amz-Request-Id")),
	}
	region := firstOf(answer.Region, resp.Header.Get("X-Amz-Bucket-Region"))
	e.hint = c.hint(r, e, region)
	return e
}

func (c *client) operation(r request) string {
	switch {
	case r.object != "":
		return r.method + " " + c.prefix + r.object
	case r.query.Has("versioning"):
		return "GET versioning"
	}
	return "LIST " + r.query.Get("prefix")
}

// permissions are the permissions that the calls need, by method.
var permissions = map[string]string{
	http.MethodGet: "s3:GetObject", http.MethodPut: "s3:PutObject", http.MethodDelete: "s3:DeleteObject",
}

// hints say what to do about an error code.
var hints = map[string]string{
	"InvalidAccessKeyId":    "the access key does not exist there; check AWS_ACCESS_KEY_ID, AWS_PROFILE and the endpoint",
	"XAdminUserNotFound":    "the access key does not exist there; check AWS_ACCESS_KEY_ID, AWS_PROFILE and the endpoint", // Versity.
	"SignatureDoesNotMatch": "the secret key does not belong to the access key; check AWS_SECRET_ACCESS_KEY",
	"InvalidToken":          "the session token is not valid; check AWS_SESSION_TOKEN, or remove it if the keys are permanent",
	"ExpiredToken":          "the session has ended; sign in again, or use a role that is renewed",
	"RequestTimeTooSkewed":  "the clock of this machine differs too much from that of the service; correct it, for example with NTP",
	"NoSuchBucket":          "create the bucket, or correct the address of the inbox; if it was deleted, its open orders are forgotten: see the guide \"Callbacks and networks\"",
}

// hint says what to do about an error.
func (c *client) hint(r request, e *Error, region string) string {
	if region != "" && region != c.region {
		return fmt.Sprintf("the bucket is in another region; write region=%s in the address of the inbox", region)
	}
	if hint, ok := hints[e.Code]; ok {
		return hint
	}
	switch {
	case e.Status == http.StatusForbidden && r.object != "":
		return fmt.Sprintf("allow %s on arn:aws:s3:::%s/%s* for these credentials%s", permissions[r.method], c.bucket, c.prefix, listNote(r))
	case e.Status == http.StatusForbidden && r.query.Has("versioning"):
		return fmt.Sprintf("allow s3:GetBucketVersioning on arn:aws:s3:::%s for these credentials", c.bucket)
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("allow s3:ListBucket on arn:aws:s3:::%s for these credentials", c.bucket)
	case e.Status/100 == 3:
		return "the endpoint redirects to another address; write the endpoint and the region of the bucket in the address of the inbox"
	}
	return ""
}

// listNote adds s3:ListBucket to a hint: without this permission the service
// answers 403 instead of 404 for an object that does not exist.
func listNote(r request) string {
	if r.method == http.MethodGet {
		return ", and s3:ListBucket on the bucket"
	}
	return ""
}

// unreachableError is a request without a complete answer.
type unreachableError struct {
	operation, host string
	err             error
}

func (e *unreachableError) Error() string {
	return fmt.Sprintf("no answer from the bucket at %s to %s: %v; check the endpoint in the address of the inbox, the network, and the proxy", e.host, e.operation, e.err)
}

func (e *unreachableError) Unwrap() error { return e.err }

func (c *client) unreachable(ctx context.Context, r request, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	return &unreachableError{operation: c.operation(r), host: c.base.Host, err: err}
}

// is reports whether err is an answer with one of the codes.
func is(err error, codes ...string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.Contains(codes, e.Code)
}

func hasStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status
}
