package faulttest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// http2Conn is an HTTP/2 connection. It implements what small requests need.
type http2Conn struct {
	server  *Server
	conn    *tls.Conn
	framer  *http2.Framer
	streams map[uint32]*stream
}

// stream is a request that has not arrived completely.
type stream struct {
	id     uint32
	method string
	path   string
	header http.Header
	body   []byte
	fault  Fault
	record func(body []byte, complete bool)
}

func serveHTTP2(s *Server, conn *tls.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil || string(preface) != http2.ClientPreface {
		return
	}
	c := &http2Conn{server: s, conn: conn, framer: http2.NewFramer(conn, conn), streams: map[uint32]*stream{}}
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if c.framer.WriteSettings() != nil {
		return
	}
	for c.serve() {
	}
}

// serve handles one frame, and reports whether another one may follow.
func (c *http2Conn) serve() bool {
	frame, err := c.framer.ReadFrame()
	if err != nil {
		return false
	}
	switch frame := frame.(type) {
	case *http2.SettingsFrame:
		return frame.IsAck() || c.framer.WriteSettingsAck() == nil
	case *http2.PingFrame:
		return c.framer.WritePing(true, frame.Data) == nil
	case *http2.MetaHeadersFrame:
		return c.start(frame)
	case *http2.DataFrame:
		st := c.streams[frame.StreamID]
		if st == nil {
			return true // It was reset.
		}
		st.body = append(st.body, frame.Data()...)
		if st.fault.at == atHalfBody {
			st.record(st.body, false)
			reset(c.conn)
			return false
		}
		return !frame.StreamEnded() || c.end(st)
	}
	return true
}

func (c *http2Conn) start(frame *http2.MetaHeadersFrame) bool {
	st := &stream{id: frame.StreamID, method: frame.PseudoValue("method"), path: frame.PseudoValue("path"), header: http.Header{}}
	for _, field := range frame.RegularFields() {
		st.header.Add(field.Name, field.Value)
	}
	st.fault, st.record = c.server.arrive("HTTP/2.0", st.method, st.path)
	if st.fault.at == atHead {
		reset(c.conn)
		return false
	}
	c.streams[st.id] = st
	return !frame.StreamEnded() || c.end(st)
}

// end answers a request that has arrived completely.
func (c *http2Conn) end(st *stream) bool {
	delete(c.streams, st.id)
	st.record(st.body, true)
	switch st.fault.at { //nolint:exhaustive // All other faults carry out the request.
	case atReset:
		return c.framer.WriteRSTStream(st.id, st.fault.code) == nil
	case atGoAway:
		_ = c.framer.WriteGoAway(0, st.fault.code, nil)
		return false
	case atBody:
		reset(c.conn)
		return false
	}
	r, err := http.NewRequest(st.method, c.server.URL+st.path, bytes.NewReader(st.body)) //nolint:noctx // The fake limits it.
	if err != nil {
		return false
	}
	r.Header = st.header
	answer := c.server.execute(st.fault, r)
	return answer != nil && c.write(st, answer)
}

func (c *http2Conn) write(st *stream, answer *httptest.ResponseRecorder) bool {
	var block bytes.Buffer
	fields := hpack.NewEncoder(&block)
	_ = fields.WriteField(hpack.HeaderField{Name: ":status", Value: fmt.Sprint(answer.Code)})
	for name, values := range answer.Header() {
		for _, value := range values {
			_ = fields.WriteField(hpack.HeaderField{Name: strings.ToLower(name), Value: value})
		}
	}
	err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: st.id, BlockFragment: block.Bytes(), EndHeaders: true})
	if err != nil {
		return false
	}
	if st.fault.at == atHalfAnswer {
		_ = c.framer.WriteData(st.id, false, answer.Body.Bytes()[:answer.Body.Len()/2])
		return false
	}
	return c.framer.WriteData(st.id, true, answer.Body.Bytes()) == nil && st.fault.at != atReuse && st.fault.at != atIdle
}
