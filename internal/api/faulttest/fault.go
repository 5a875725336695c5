package faulttest

import (
	"net/http"
	"net/http/httptest"
	"time"

	"golang.org/x/net/http2"
)

// Fault is the fault of a request. The zero value means no fault.
type Fault struct {
	at      stage
	execute bool
	delay   time.Duration
	code    http2.ErrCode
}

// stage is the moment of a fault.
type stage int

const (
	never stage = iota
	atHead
	atHalfBody
	atBody
	atHalfAnswer
	atReuse
	atIdle
	atReset  // The stream is reset; HTTP/2 only.
	atGoAway // HTTP/2 only.
)

// The faults of connections.
var (
	// ResetAfterHead resets the connection after the header of the request,
	// before the body is read.
	ResetAfterHead = Fault{at: atHead}
	// ResetAfterHalfBody resets it after half of the body.
	ResetAfterHalfBody = Fault{at: atHalfBody}
	// ResetAfterBody resets it after the complete body. The request is not
	// carried out.
	ResetAfterBody = Fault{at: atBody}
	// ResetAfterExecution resets it after the request was carried out.
	ResetAfterExecution = Fault{at: atBody, execute: true}
	// HalfAnswer carries out the request, sends half of the answer and resets
	// the connection.
	HalfAnswer = Fault{at: atHalfAnswer, execute: true}
	// CloseOnReuse answers. When the next request arrives on the connection, it
	// closes the connection without reading the request.
	CloseOnReuse = Fault{at: atReuse, execute: true}
	// CloseAfterAnswer answers and then closes the connection, without the
	// header "Connection: close".
	CloseAfterAnswer = Fault{at: atIdle, execute: true}
)

// Slow carries out the request and answers after a delay.
func Slow(delay time.Duration) Fault { return Fault{delay: delay, execute: true} }

// StreamReset resets the stream of an HTTP/2 request after the complete body.
// It does nothing to a request over HTTP/1.1.
func StreamReset(code http2.ErrCode) Fault { return Fault{at: atReset, code: code} }

// GoAway sends GOAWAY to an HTTP/2 client after the complete body, which means
// that the request was not carried out, and closes the connection. It does
// nothing over HTTP/1.1.
func GoAway(code http2.ErrCode) Fault { return Fault{at: atGoAway, code: code} }

// Always is a plan by which every request fails.
func Always(fault Fault) func(int) Fault { return func(int) Fault { return fault } }

// EveryOther is a plan by which the first of every two requests fails.
func EveryOther(fault Fault) func(int) Fault {
	return func(n int) Fault {
		if n%2 == 0 {
			return fault
		}
		return Fault{}
	}
}

// execute returns the answer of the fake, after the delay of the fault. It
// returns nil if the fake aborted or the server ended in the meantime.
func (s *Server) execute(f Fault, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	if aborts(func() { s.handler.ServeHTTP(w, r) }) {
		return nil
	}
	if f.delay > 0 {
		timer := time.NewTimer(f.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.stop:
			return nil
		}
	}
	return w
}

// aborts reports whether serve panicked with http.ErrAbortHandler, which closes
// the connection.
func aborts(serve func()) (aborted bool) {
	defer func() {
		if reason := recover(); reason != nil {
			if reason != http.ErrAbortHandler { //nolint:errorlint // It is the value of the panic.
				panic(reason)
			}
			aborted = true
		}
	}()
	serve()
	return false
}
