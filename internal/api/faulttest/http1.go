package faulttest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
)

// http1 is an HTTP/1.1 connection.
type http1 struct {
	server *Server
	conn   *tls.Conn
	reader *bufio.Reader
	closed bool // The next request is not answered.
}

// serve answers one request, and reports whether another one may follow.
func (h *http1) serve() bool {
	if h.closed {
		_, _ = h.reader.Peek(1) // Until the next request arrives.
		return false
	}
	r, err := http.ReadRequest(h.reader)
	if err != nil {
		return false
	}
	fault, record := h.server.arrive(r.Proto, r.Method, r.URL.RequestURI())
	body, complete := h.readBody(fault, r)
	record(body, complete)
	if fault.at == atHead || fault.at == atHalfBody || fault.at == atBody && !fault.execute {
		reset(h.conn)
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := h.server.execute(fault, r)
	if answer == nil || fault.at == atBody {
		reset(h.conn)
		return false
	}
	return h.write(fault, r, answer)
}

func (h *http1) readBody(fault Fault, r *http.Request) (body []byte, complete bool) {
	switch fault.at { //nolint:exhaustive // All other faults read the complete body.
	case atHead:
		return nil, r.ContentLength == 0
	case atHalfBody:
		body, _ = io.ReadAll(io.LimitReader(r.Body, r.ContentLength/2))
		return body, r.ContentLength == 0
	}
	body, err := io.ReadAll(r.Body)
	return body, err == nil
}

func (h *http1) write(fault Fault, r *http.Request, answer *httptest.ResponseRecorder) bool {
	size := answer.Body.Len()
	resp := http.Response{
		StatusCode: answer.Code, Header: answer.Header(), Body: io.NopCloser(answer.Body), ContentLength: int64(size),
		Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}
	var text bytes.Buffer
	if resp.Write(&text) != nil {
		return false
	}
	if fault.at == atHalfAnswer {
		_, _ = h.conn.Write(text.Bytes()[:text.Len()-size/2-1])
		return false
	}
	h.closed = fault.at == atReuse
	_, err := h.conn.Write(text.Bytes())
	return err == nil && !r.Close && fault.at != atIdle
}
