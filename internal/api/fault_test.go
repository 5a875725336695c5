package api_test

import (
	"context"
	"net/http"
	"testing"

	"golang.org/x/net/http2"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/faulttest"
)

// NewHTTPClient creates all HTTP clients of the provider, also those for
// logins.
func TestNewHTTPClient_speaksHTTP1Only(t *testing.T) {
	t.Parallel()
	s := faulttest.Start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	s.Fail(faulttest.Always(faulttest.StreamReset(http2.ErrCodeProtocol)))
	client := newClient(t, s.URL, api.TransportConfig{CACertificate: s.Certificate})
	for _, once := range []bool{false, true} {
		call := api.Call{Method: http.MethodPost, Path: "/x", Body: struct{}{}, Once: once}
		if answer, err := client.Send(t.Context(), call); err != nil || answer.Status != http.StatusOK {
			t.Errorf("once %v: %v", once, err)
		}
	}
	for _, r := range s.Requests() {
		if r.Proto != "HTTP/1.1" || !r.Complete || string(r.Body) != "{}" {
			t.Errorf("%+v arrived", r)
		}
	}
}

// The next call must not fail because a kept connection was closed.
func TestRetry_keptConnectionThatWasClosed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]faulttest.Fault{
		"on reuse": faulttest.CloseOnReuse, "after the answer": faulttest.CloseAfterAnswer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := faulttest.Start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			s.Fail(faulttest.Always(fault))
			client := newClient(t, s.URL, api.TransportConfig{CACertificate: s.Certificate})
			for range 200 {
				_, err := api.Retry(t.Context(), api.RetryPolicy{Initial: 1}, api.RetryIdempotent, func(ctx context.Context) (*api.Answer, error) {
					return client.Send(ctx, api.Call{Method: http.MethodPost, Path: "/x", Body: struct{}{}})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
