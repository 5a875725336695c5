package faulttest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
)

// http1 is a connection that speaks HTTP/1.1.
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
	resp := h.server.execute(fault, r)
	if resp == nil || fault.at == atBody {
		reset(h.conn)
		return false
	}
	return h.write(fault, r, resp)
}

func (h *http1) readBody(fault Fault, r *http.Request) (body []byte, complete bool) {
	switch fault.at { //nolint:exhaustive // All others read the whole body.
	case atHead:
		return nil, r.ContentLength == 0
	case atHalfBody:
		body, _ = io.ReadAll(io.LimitReader(r.Body, r.ContentLength/2))
		return body, r.ContentLength == 0
	}
	body, err := io.ReadAll(r.Body)
	return body, err == nil
}

func (h *http1) write(fault Fault, r *http.Request, resp *http.Response) bool {
	var answer bytes.Buffer
	body, _ := io.ReadAll(resp.Body)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Request, resp.ProtoMajor, resp.ProtoMinor = r, 1, 1
	if resp.Write(&answer) != nil {
		return false
	}
	if fault.at == atHalfAnswer {
		_, _ = h.conn.Write(answer.Bytes()[:answer.Len()-len(body)/2-1])
		return false
	}
	h.closed = fault.at == atReuse
	_, err := h.conn.Write(answer.Bytes())
	return err == nil && !r.Close && fault.at != atIdle
}
