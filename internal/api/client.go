package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
)

// Client sends JSON requests to one service. It is independent of the service's
// API.
type Client struct {
	// Service names the service in errors.
	Service string
	// Endpoint is the base address, as ParseEndpoint returns it.
	Endpoint *url.URL
	// HTTP sends the requests. Use NewHTTPClient to create it.
	HTTP *http.Client
	// Header is sent with every request.
	Header http.Header
	// Secrets are texts that no error may contain, such as header values.
	Secrets []string
	// Retry is the waiting time between attempts.
	Retry RetryPolicy
	// Unavailable, if set, is the error of every call, because the
	// configuration of the service is not known yet.
	Unavailable error
}

// Call is one request.
type Call struct {
	// Method and Path, such as "GET" and "/api/desktop/{uuid}/volumes", name the
	// operation in errors.
	Method, Path string
	// Params replace the {…} in the path, in order. They are escaped.
	Params []string
	// Query is appended to the path.
	Query url.Values
	// Body is sent as JSON unless nil.
	Body any
	// Secrets are texts of this call that no error may contain.
	Secrets []string
	// Once means that the request must not reach the service twice. It is sent
	// on its own connection, and the transport does not retry it.
	Once bool
	// Sensitive means that the answer contains a new secret. Errors then quote
	// no part of its body.
	Sensitive bool
}

// Operation returns the method and the path template.
func (c Call) Operation() string { return c.Method + " " + c.Path }

// Answer is an answer of the service with any HTTP status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Send sends a request once. It returns the answer, with any HTTP status. It
// returns an *Error if no complete answer arrives, or if the answer is a
// redirect.
func (c *Client) Send(ctx context.Context, call Call) (*Answer, error) {
	if c.Unavailable != nil {
		return nil, c.Unavailable
	}
	req, err := c.newRequest(ctx, call)
	if err != nil {
		return nil, c.fail(call, 0, Refused, err.Error(), nil)
	}
	if call.Once {
		ctx = context.WithValue(ctx, onceKey{}, true)
		req.GetBody = nil // Without it net/http cannot send the body again.
	}
	var sent atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}))
	resp, err := c.HTTP.Do(req)
	if err != nil {
		// The text of a url.Error contains the URL with its query.
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		e := c.fail(call, 0, Other, "", WithCause(ctx, err))
		e.Unsent = !sent.Load() || certificateRefused(err)
		return nil, e
	}
	defer resp.Body.Close()
	// Nova answers 300 without Location to a URL without a version.
	if resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.Header.Get("Location") != "" {
		e := c.fail(call, resp.StatusCode, Other, "the answer is a redirect to "+redirectHost(resp), nil)
		e.Hint = "The provider does not follow redirects, because it would send the credentials to another address. Set the endpoint to the final address."
		return nil, e
	}
	body, err := io.ReadAll(resp.Body)
	answer := &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}
	switch {
	case errors.Is(err, ErrAnswerTooLarge):
		return nil, c.MalformedResponse(call, answer, err.Error())
	case err != nil:
		err = WithCause(ctx, err)
		e := c.MalformedResponse(call, answer, fmt.Sprintf("the answer ended early, after %d bytes (%v)", len(body), err))
		e.Err = err
		return nil, e
	}
	return answer, nil
}

// MalformedResponse returns the error for an answer that does not have the
// documented form. The error contains reason, the status, and the first 512 bytes
// of the body, unless the call is sensitive.
func (c *Client) MalformedResponse(call Call, answer *Answer, reason string) *Error {
	message := reason + "; it begins: " + excerpt(c.mask(call, string(answer.Body)))
	switch {
	case len(answer.Body) == 0:
		message = reason + "; it is empty"
	case call.Sensitive:
		message = fmt.Sprintf("%s; its %d bytes are not shown, because they may be confidential", reason, len(answer.Body))
	}
	return c.fail(call, answer.Status, KindOfStatus(answer.Status), message, RetryAfter(answer.Header))
}

// ServiceError returns the error for an answer in which the service reports an
// error.
func (c *Client) ServiceError(call Call, answer *Answer, kind Kind, code, message string) *Error {
	e := c.fail(call, answer.Status, kind, message, RetryAfter(answer.Header))
	e.Code = code
	return e
}

func (c *Client) fail(call Call, status int, kind Kind, message string, err error) *Error {
	e := &Error{Service: c.Service, Operation: call.Operation(), Status: status, Kind: kind, Message: c.mask(call, message), Err: err}
	if c.Endpoint != nil {
		e.Address = c.Endpoint.Scheme + "://" + c.Endpoint.Host
	}
	return e
}

// mask replaces every secret in text, also in the escaped forms of JSON and
// URLs.
func (c *Client) mask(call Call, text string) string {
	var spellings []string
	for _, secret := range slices.Concat(c.Secrets, call.Secrets) {
		if secret == "" {
			continue
		}
		quoted, _ := json.Marshal(secret) // Marshalling a string cannot fail.
		spellings = append(spellings, secret, string(quoted[1:len(quoted)-1]),
			strings.ReplaceAll(secret, "/", `\/`), url.QueryEscape(secret), url.PathEscape(secret))
	}
	// The longest is replaced first, because one secret may be part of another.
	slices.SortFunc(spellings, func(a, b string) int { return len(b) - len(a) })
	for _, spelling := range spellings {
		text = strings.ReplaceAll(text, spelling, "***")
	}
	return text
}

func (c *Client) newRequest(ctx context.Context, call Call) (*http.Request, error) {
	path, err := expand(call.Path, call.Params)
	if err != nil {
		return nil, err
	}
	address := strings.TrimSuffix(c.Endpoint.String(), "/") + path
	if len(call.Query) > 0 {
		address += "?" + call.Query.Encode()
	}
	var body io.Reader
	if call.Body != nil {
		encoded, err := json.Marshal(call.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, address, body)
	if err != nil {
		return nil, errors.New("the URL of the request is not valid")
	}
	maps.Copy(req.Header, c.Header)
	if host := c.Header.Get("Host"); host != "" {
		req.Host = host
	}
	req.Header.Set("Accept", "application/json")
	if call.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// expand puts the escaped params into the {…} of a path template.
func expand(template string, params []string) (string, error) {
	var b strings.Builder
	for i := 0; ; i++ {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, after, _ := strings.Cut(rest, "}")
		// PathEscape does not escape dots, and a proxy would resolve them.
		if p := params[i]; p == "" || p == "." || p == ".." {
			return "", fmt.Errorf("%q cannot be a %s", p, name)
		}
		b.WriteString(url.PathEscape(params[i]))
		template = after
	}
}

func redirectHost(resp *http.Response) string {
	if to, err := resp.Location(); err == nil {
		return to.Scheme + "://" + to.Host
	}
	return "nowhere"
}

// excerpt returns the beginning of a body on one line.
func excerpt(body string) string {
	const most = 512
	cut := ""
	if len(body) > most {
		body, cut = body[:most], "…"
	}
	line := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(body, "?"))
	return strings.Join(strings.Fields(line), " ") + cut
}
