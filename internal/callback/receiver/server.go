package receiver

import (
	"crypto/tls"
	"net/http"
	"time"
)

// NewServer returns a server with the limits of a receiver. It speaks HTTP/1.1
// only, with one request per connection: callbacks are rare, and a connection
// that a service keeps would break when the process ends that it leads to,
// although another process answers at the same port.
func NewServer(handler http.Handler, config *tls.Config) *http.Server {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	server := &http.Server{
		Handler:           handler,
		TLSConfig:         config,
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	server.SetKeepAlivesEnabled(false)
	return server
}
