package receiver

import (
	"crypto/tls"
	"net/http"
	"time"
)

// NewServer returns a server with the limits of a receiver. It uses HTTP/1.1
// only, with one request per connection. A kept connection would belong to one
// process and fail when that process ends, although another process accepts
// connections at the same port.
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
