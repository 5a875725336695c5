package s3test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/minio/minio-go/v7/pkg/signer"
)

// Dialect is how a service creates an object only if it does not exist.
type Dialect struct {
	// Header is the header that the service supports instead of If-None-Match.
	// It is empty for a service that ignores all conditions.
	Header string
	// Code is the error code of the answer 409 for an object that exists.
	Code string
}

// The dialects of the cloud vendors.
var (
	OBS     = Dialect{"X-Obs-Forbid-Overwrite", "ObjectAlreadyExists"}
	COS     = Dialect{"X-Cos-Forbid-Overwrite", "FileAlreadyExists"}
	OSS     = Dialect{"X-Oss-Forbid-Overwrite", "FileAlreadyExists"}
	Ignores = Dialect{}
)

// Proxy stands in front of a Server. It signs every request itself, so that it
// can change headers, after it has checked the signature of the client.
type Proxy struct {
	*httptest.Server
	target string

	mu       sync.Mutex
	dialect  *Dialect
	fault    func(r *http.Request) Fault
	requests map[string]int
}

// Fault is the fault of one request.
type Fault struct {
	// Status and Code, if set, are the answer; the server does not get the
	// request.
	Status int
	Code   string
	// Lose closes the connection after the server has answered.
	Lose bool
}

// NewProxy starts a proxy of the server. The caller must close it.
func NewProxy(s *Server) *Proxy {
	p := &Proxy{target: s.URL, requests: map[string]int{}}
	p.Server = httptest.NewServer(p)
	return p
}

// SetDialect sets the dialect of the proxy.
func (p *Proxy) SetDialect(d Dialect) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialect = &d
}

// Fail sets a function that returns the fault of each request; nil removes it.
func (p *Proxy) Fail(fault func(r *http.Request) Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

// Requests returns how many requests of each method arrived.
func (p *Proxy) Requests() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.requests)
}

// ServeHTTP passes a request to the server, unless a fault happens.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := checkSignature(r); err != nil {
		answerError(w, http.StatusForbidden, "SignatureDoesNotMatch")
		return
	}
	p.mu.Lock()
	p.requests[r.Method]++
	dialect, fault := p.dialect, Fault{}
	if p.fault != nil {
		fault = p.fault(r)
	}
	p.mu.Unlock()
	if fault.Status != 0 {
		answerError(w, fault.Status, fault.Code)
		return
	}
	answer, err := p.pass(r, dialect)
	switch {
	case err != nil || fault.Lose:
		panic(http.ErrAbortHandler)
	case dialect != nil && answer.status == http.StatusPreconditionFailed:
		answerError(w, http.StatusConflict, dialect.Code)
		return
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // The client may be gone.
}

func answerError(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	if code != "" {
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>injected</Message><RequestId>r1</RequestId></Error>", code)
	}
}

// answer is an answer of the server.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// pass sends the request to the server in the server's own dialect.
func (p *Proxy) pass(r *http.Request, dialect *Dialect) (answer, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, p.target+r.URL.RequestURI(), bytes.NewReader(body)) //nolint:gosec // To the server of the test.
	if err != nil {
		return answer{}, err
	}
	condition := r.Header.Get("If-None-Match")
	if dialect != nil {
		condition = ""
		if dialect.Header != "" && strings.EqualFold(r.Header.Get(dialect.Header), "true") {
			condition = "*"
		}
	}
	if condition != "" {
		req.Header.Set("If-None-Match", condition)
	}
	sum := sha256.Sum256(body)
	req.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	resp, err := http.DefaultTransport.RoundTrip(signer.SignV4(*req, AccessKey, SecretKey, "", Region))
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, content}, err
}
