package desktoptest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// Fault answers a request instead of the service. serve carries out the request
// and writes the correct answer. A fault that does not call serve does not
// change the service.
type Fault func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc)

// Fail makes the next n calls fail, or all calls if n is negative. Several
// faults of one call apply one after the other, in the order of Fail. Those of
// AnyCall apply last.
func (s *Server) Fail(call Call, n int, fault Fault) {
	s.faults.Plan(call, n, fault)
}

// ClearFaults removes all planned faults and callbacks.
func (s *Server) ClearFaults() {
	s.faults.Clear()
	s.callbacks.Clear()
}

// Answer answers with this status and body, and does not carry out the call.
func Answer(status int, contentType, body string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Refuse answers with the documented form of a failure: status -1 and a
// message.
func Refuse(message string) Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		Answer(http.StatusOK, "application/json", string(envelope(r.Method, -1, message, nil)))(w, r, serve)
	}
}

// Unauthorized answers 401.
func Unauthorized() Fault {
	return Answer(http.StatusUnauthorized, "text/plain", "unauthorized")
}

// Unavailable answers like a proxy whose service is down: 503 with an HTML
// page.
func Unavailable() Fault {
	return Answer(http.StatusServiceUnavailable, "text/html", "<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>")
}

// Empty answers 200 with no body.
func Empty() Fault {
	return Answer(http.StatusOK, "application/json", "")
}

// Truncated answers with half a JSON document.
func Truncated() Fault {
	return Answer(http.StatusOK, "application/json", `{"data": [{"desktop_uuid": "`)
}

// Huge answers with a JSON document of the given size, until the client stops
// reading.
func Huge(bytes int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Type", "application/json")
		chunk := strings.Repeat(" ", 64<<10)
		_, err := io.WriteString(w, `{"data": [`)
		for left := bytes; left > 0 && err == nil; left -= len(chunk) {
			_, err = io.WriteString(w, chunk[:min(left, len(chunk))])
		}
		_, _ = io.WriteString(w, `], "message": "", "status": 0}`)
	}
}

// Redirect answers with a redirect to target.
func Redirect(target string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	}
}

// DropBefore closes the connection before the call is carried out.
func DropBefore() Fault {
	return func(http.ResponseWriter, *http.Request, http.HandlerFunc) {
		panic(http.ErrAbortHandler)
	}
}

// DropAfter carries out the call and closes the connection without an answer.
func DropAfter() Fault {
	return func(_ http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		serve(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
}

// Stall sends no answer until the client closes the connection.
func Stall() Fault {
	return func(_ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		<-r.Context().Done()
	}
}
