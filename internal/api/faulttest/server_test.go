package faulttest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/http2"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/faulttest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc/hpctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newClient returns a client without protection against repeated requests.
func newClient(t *testing.T, s *faulttest.Server, http2 bool) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.Certificate) {
		t.Fatal("the certificate is not PEM")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: http2}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

// post sends a request that net/http may repeat, and returns the answer.
func post(ctx context.Context, client *http.Client, url, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return fmt.Sprint(resp.StatusCode, " ", string(answer)), err
}

// echo answers with what it received.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
})

func TestServer_faults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault    faulttest.Fault
		body     string // The part of the body that arrives.
		complete bool
		fails    bool
	}{
		"none":                  {faulttest.Fault{}, "0123456789", true, false},
		"reset after head":      {faulttest.ResetAfterHead, "", false, true},
		"reset after half body": {faulttest.ResetAfterHalfBody, "01234", false, true},
		"reset after body":      {faulttest.ResetAfterBody, "0123456789", true, true},
		"reset after execution": {faulttest.ResetAfterExecution, "0123456789", true, true},
		"half an answer":        {faulttest.HalfAnswer, "0123456789", true, true},
		"close on reuse":        {faulttest.CloseOnReuse, "0123456789", true, false},
		"close after answer":    {faulttest.CloseAfterAnswer, "0123456789", true, false},
		"slow":                  {faulttest.Slow(time.Millisecond), "0123456789", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := faulttest.Start(t, echo)
			s.Fail(faulttest.Always(test.fault))
			answer, err := post(t.Context(), newClient(t, s, false), s.URL+"/x", "0123456789")
			if want := "200 POST /x 0123456789"; (err != nil) != test.fails || !test.fails && answer != want {
				t.Errorf("answered %q and %v", answer, err)
			}
			got := s.Requests()
			if len(got) != 1 || got[0].Proto != "HTTP/1.1" || string(got[0].Body) != test.body || got[0].Complete != test.complete {
				t.Errorf("recorded are %+v", got)
			}
		})
	}
}

func TestServer_EveryOther(t *testing.T) {
	t.Parallel()
	s := faulttest.Start(t, echo)
	s.Fail(faulttest.EveryOther(faulttest.ResetAfterBody))
	client := newClient(t, s, false)
	for n := range 6 {
		if _, err := post(t.Context(), client, s.URL, ""); (err != nil) != (n%2 == 0) {
			t.Errorf("request %d: %v", n, err)
		}
	}
}

// If a connection is closed when it is used again, a POST on it fails, because
// net/http must not repeat it.
func TestServer_closeOnReuse(t *testing.T) {
	t.Parallel()
	s := faulttest.Start(t, echo)
	s.Fail(faulttest.Always(faulttest.CloseOnReuse))
	client := newClient(t, s, false)
	failed := 0
	for range 10 {
		if _, err := post(t.Context(), client, s.URL, "x"); err != nil {
			failed++
		}
	}
	if got := len(s.Requests()); failed == 0 || got+failed != 10 {
		t.Errorf("%d of 10 requests failed, and %d arrived", failed, got)
	}
}

func TestServer_speaksHTTP2(t *testing.T) {
	t.Parallel()
	s := faulttest.Start(t, echo)
	answer, err := post(t.Context(), newClient(t, s, true), s.URL+"/x", "body")
	if got := s.Requests(); err != nil || answer != "200 POST /x body" || len(got) != 1 || got[0].Proto != "HTTP/2.0" {
		t.Errorf("answered %q and %v; recorded are %+v", answer, err, got)
	}
}

// Control for all tests that a call is sent once: over HTTP/2, a client without
// protection repeats a POST.
func TestServer_unprotectedClientRepeats(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]faulttest.Fault{
		"PROTOCOL_ERROR": faulttest.StreamReset(http2.ErrCodeProtocol),
		"REFUSED_STREAM": faulttest.StreamReset(http2.ErrCodeRefusedStream),
		"GOAWAY":         faulttest.GoAway(http2.ErrCodeNo),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := faulttest.Start(t, echo)
			s.Fail(faulttest.Always(fault))
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := post(ctx, newClient(t, s, true), s.URL, "order")
			if got := len(s.Requests()); err == nil || got < 2 {
				t.Errorf("one POST arrived %d times (%v): the faults cause no repetition", got, err)
			}
		})
	}
}

// Over HTTP/1.1 it does so if the request has the header Idempotency-Key.
func TestServer_unprotectedClientRepeatsWithAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := faulttest.Start(t, echo)
	client := newClient(t, s, false)
	if _, err := post(t.Context(), client, s.URL, ""); err != nil {
		t.Fatal(err)
	}
	s.Fail(faulttest.Always(faulttest.ResetAfterBody))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("order"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", "1")
	if resp, err := client.Do(req); err == nil {
		resp.Body.Close()
	}
	if got := len(s.Requests()); got != 3 {
		t.Errorf("%d requests arrived, want one and two of the order", got)
	}
}

func TestServer_worksWithEachFake(t *testing.T) {
	t.Parallel()
	cloud := identitytest.New()
	for name, fake := range map[string]http.Handler{
		"desktop":   desktoptest.New(),
		"hpc":       hpctest.New(),
		"identity":  cloud,
		"nova":      novatest.New(cloud),
		"workspace": workspacetest.New(cloud),
		"cvm":       cvmtest.New(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := faulttest.Start(t, fake)
			direct := httptest.NewRecorder()
			fake.ServeHTTP(direct, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/nowhere", strings.NewReader("{}")))
			want := fmt.Sprint(direct.Code, " ")
			for _, http2 := range []bool{false, true} {
				if answer, err := post(t.Context(), newClient(t, s, http2), s.URL+"/nowhere", "{}"); err != nil || !strings.HasPrefix(answer, want) {
					t.Errorf("HTTP/2 %v: answered %.80q and %v, want %s", http2, answer, err, want)
				}
			}
		})
	}
}
