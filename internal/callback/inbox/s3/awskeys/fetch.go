package awskeys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxAnswer is more than a key and its session token need.
const maxAnswer = 256 << 10

// fetchError is an answer that is not a success, or none.
type fetchError struct {
	host      string
	status    int // 0 if there was no answer.
	err       error
	temporary bool
}

func (e *fetchError) Error() string {
	if e.status == 0 {
		return fmt.Sprintf("no answer from %s: %v", e.host, e.err)
	}
	if e.err == nil {
		return fmt.Sprintf("%s answered %d", e.host, e.status)
	}
	return fmt.Sprintf("%s answered %d: %v", e.host, e.status, e.err)
}

func (e *fetchError) Unwrap() error { return e.err }

// fetch sends a request and returns the body of a success. explain, if set, finds
// the message in the body of another answer; the rest of it may be a secret.
func fetch(client *http.Client, req *http.Request, explain func(body []byte) string) ([]byte, error) {
	req.GetBody = nil // net/http must not repeat it.
	resp, err := client.Do(req)
	failed := &fetchError{host: req.URL.Host, temporary: true}
	if err != nil {
		failed.err = inner(err)
		return nil, failed
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errors.New("the answer is too large")
	}
	if err != nil {
		failed.err = inner(err)
		return nil, failed
	}
	if resp.StatusCode == http.StatusOK {
		return body, nil
	}
	failed.status = resp.StatusCode
	failed.temporary = resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusTooManyRequests
	if explain != nil {
		if message := explain(body); message != "" {
			failed.err = errors.New(message)
		}
	}
	return nil, failed
}

// inner leaves out the URL, whose path may be a secret.
func inner(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// unreadable is the error of a body that is not what it should be.
func unreadable(host string) error {
	return &fetchError{host: host, status: http.StatusOK, err: errors.New("the answer cannot be read")}
}

func newRequest(ctx context.Context, method, address string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, inner(err)
	}
	return req, nil
}

// localTimeout bounds a request to a service of this machine. On most machines
// nobody answers.
const localTimeout = 2 * time.Second

// newLocalClient returns a client for services of this machine, which no proxy
// leads to.
func newLocalClient() *http.Client {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Client{
		Timeout:       localTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true, Protocols: protocols},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
