package cvm_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/time/rate"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
)

const (
	region = "ap-beijing"
	id     = "ins-r9hr2upy"
)

var (
	credential  = cvmtest.Credential{SecretID: "AKIDtest", SecretKey: "the-secret-key", Token: "the-security-token"}
	credentials = cvm.Credentials{SecretID: "AKIDtest", SecretKey: "the-secret-key", SecurityToken: "the-security-token"}
)

// newClient returns a client of a fake. change can change its configuration.
func newClient(t *testing.T, server *cvmtest.Server, change ...func(*cvm.Config)) *cvm.Client {
	t.Helper()
	endpoint, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.NewHTTPClient(api.TransportConfig{UserAgent: "test/1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	config := cvm.Config{
		Endpoint: endpoint, HTTP: client, Region: region, Credentials: cvm.StaticCredentials(credentials),
		Retry: api.RetryPolicy{Initial: time.Millisecond}, Limit: rate.NewLimiter(rate.Inf, 1),
	}
	for _, c := range change {
		c(&config)
	}
	return cvm.New(config)
}

// failure requests a console, which must fail with an *api.Error that contains
// no secret.
func failure(t *testing.T, client *cvm.Client) *api.Error {
	t.Helper()
	console, err := client.ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id})
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %v, not an *api.Error; the console is %+v", err, console)
	}
	for _, secret := range []string{credential.SecretKey, credential.Token, "wss", "vnc?s="} {
		if strings.Contains(err.Error(), secret) && !strings.Contains(err.Error(), "begins with wss://") {
			t.Errorf("the error repeats %q: %v", secret, err)
		}
	}
	if e.Service != "cvm" || e.Operation != "DescribeInstanceVncUrl" {
		t.Errorf("the error names %q, %q", e.Service, e.Operation)
	}
	return e
}

func TestConsoleURL_documentSample(t *testing.T) {
	t.Parallel()
	server := cvmtest.Start(t, credential)
	sample, err := os.ReadFile("testdata/console.json")
	if err != nil {
		t.Fatal(err)
	}
	server.Answer(cvmtest.Body(http.StatusOK, "application/json", string(sample)))

	before := time.Now()
	got, err := newClient(t, server).ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id})
	if err != nil {
		t.Fatal(err)
	}
	if least := before.Add(15 * time.Second); got.ExpiresAt.Before(least) || got.ExpiresAt.After(time.Now().Add(15*time.Second)) {
		t.Errorf("it expires at %v, asked at %v", got.ExpiresAt, before)
	}
	got.ExpiresAt = time.Time{}
	const ticket = "aHpjWnRVMFNhYmxKdDM5MjRHNlVTSVQwajNUSW0wb2tBbmFtREFCTmFrcy8vUUNPMG0wSHZNOUUxRm5PMmUzWmFDcWlOdDJIbUJxSTZDL0RXcHZxYnZZMmRkWWZWcEZia2lyb09XMzdKNmM9"
	want := cvm.Console{
		URL:          "https://img.qcloud.com/qcloud/app/active_vnc/index.html?InstanceVncUrl=wss%3A%2F%2Fbjvnc.qcloud.com%3A26789%2Fvnc%3Fs%3D" + ticket,
		WebsocketURL: "wss://bjvnc.qcloud.com:26789/vnc?s=" + ticket,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConsoleURL_request(t *testing.T) {
	t.Parallel()
	server := cvmtest.Start(t, credential)
	server.Put(region, id)
	if _, err := newClient(t, server).ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id}); err != nil {
		t.Fatal(err) // The fake checks the signature.
	}
	got := server.Requests()[0]
	for _, varies := range []string{"Authorization", "X-Tc-Timestamp", "Content-Length"} {
		if got.Header.Get(varies) == "" {
			t.Errorf("the request lacks %s", varies)
		}
		got.Header.Del(varies)
	}
	got.Header.Del("X-Tc-Requestclient") // It depends on the version of the SDK.
	want := cvmtest.Request{Method: http.MethodPost, Path: "/", Body: `{"InstanceId":"ins-r9hr2upy"}`, Header: http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Content-Type": {"application/json"}, "User-Agent": {"test/1"},
		"X-Tc-Action": {"DescribeInstanceVncUrl"}, "X-Tc-Version": {"2017-03-12"}, "X-Tc-Region": {region},
		"X-Tc-Language": {"en-US"}, "X-Tc-Token": {credential.Token},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConsoleURL_opensOnce(t *testing.T) {
	t.Parallel()
	for name, unencoded := range map[string]bool{"encoded": false, "unencoded": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := cvmtest.Start(t, credential)
			server.Put("eu-frankfurt", id)
			if unencoded {
				server.SetUnencoded()
			}
			got, err := newClient(t, server).ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id, Region: "eu-frankfurt"})
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Open(got.URL); err != nil {
				t.Errorf("the link does not open the console: %v", err)
			}
			if server.Open(got.URL) == nil {
				t.Error("the fake opens a link twice")
			}
		})
	}
}

func TestConsoleURL_refusals(t *testing.T) {
	t.Parallel()
	wrong := func(c cvm.Credentials) func(*cvm.Config) {
		return func(config *cvm.Config) { config.Credentials = cvm.StaticCredentials(c) }
	}
	for name, tt := range map[string]struct {
		change     func(*cvm.Config)
		clock      time.Duration
		kind       api.Kind
		code, hint string
	}{
		"secret id":      {wrong(cvm.Credentials{SecretID: "AKIDx", SecretKey: "x"}), 0, api.Denied, "AuthFailure.SecretIdNotFound", "unknown"},
		"secret key":     {wrong(cvm.Credentials{SecretID: credential.SecretID, SecretKey: "x"}), 0, api.Denied, "AuthFailure.SignatureFailure", "does not belong to this secret id"},
		"security token": {wrong(cvm.Credentials{SecretID: credential.SecretID, SecretKey: credential.SecretKey}), 0, api.Denied, "AuthFailure.TokenFailure", "expired"},
		"slow clock":     {nil, time.Hour, api.Denied, "AuthFailure.SignatureExpire", "the clock of this machine must be wrong"},
		"fast clock":     {nil, -time.Hour, api.Denied, "AuthFailure.SignatureExpire", "; the service has "},
		"region":         {func(c *cvm.Config) { c.Region = "mars" }, 0, api.Refused, "UnsupportedRegion", "ap-guangzhou"},
		"other region":   {func(c *cvm.Config) { c.Region = "ap-tokyo" }, 0, api.NotFound, "InvalidInstanceId.NotFound", "in this region"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := cvmtest.Start(t, credential)
			server.Put(region, id)
			server.SetClock(tt.clock)
			var changes []func(*cvm.Config)
			if tt.change != nil {
				changes = append(changes, tt.change)
			}
			e := failure(t, newClient(t, server, changes...))
			if e.Kind != tt.kind || e.Code != tt.code || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("kind %d, code %s, hint %q", e.Kind, e.Code, e.Hint)
			}
			if e.RequestID == "" || e.Message == "" {
				t.Errorf("no request id or message: %+v", e)
			}
			if n := len(server.Requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestConsoleURL_temporaryStates(t *testing.T) {
	t.Parallel()
	server := cvmtest.Start(t, credential)
	states := []cvmtest.State{cvmtest.Pending, cvmtest.Starting, cvmtest.Busy, cvmtest.Rebooting}
	server.Put(region, id, append(states, cvmtest.Running)...)
	server.Answer(cvmtest.Fail("RequestLimitExceeded.UinLimitExceeded"), cvmtest.Fail("ServiceUnavailable"))
	if _, err := newClient(t, server).ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id}); err != nil {
		t.Errorf("after four states that pass: %v", err)
	}

	server = cvmtest.Start(t, credential)
	server.Put(region, id, cvmtest.Rebooting)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	// This is slow enough to stay below the fake's limit.
	client := newClient(t, server, func(c *cvm.Config) { c.Retry.Initial = 30 * time.Millisecond })
	_, err := client.ConsoleURL(ctx, cvm.ConsoleInput{InstanceID: id})
	if !errors.Is(err, api.ErrBusy) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("when time is up the error is %v", err)
	}
}

func TestConsoleURL_sharedLimit(t *testing.T) {
	t.Parallel()
	server := cvmtest.Start(t, credential)
	server.Put(region, id)
	// Two clients, as of two provider aliases, share the limit of the service.
	shared := func(config *cvm.Config) { config.Limit = nil }
	clients := []*cvm.Client{newClient(t, server, shared), newClient(t, server, shared)}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if _, err := clients[i%2].ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(server.Requests()); n != 12 {
		t.Errorf("%d requests for 12 consoles: the service had to refuse some", n)
	}
}

func TestConsoleURL_limitBeyondTheTimeout(t *testing.T) {
	t.Parallel()
	server := cvmtest.Start(t, credential)
	server.Put(region, id, cvmtest.Starting)
	client := newClient(t, server, func(c *cvm.Config) { c.Limit = rate.NewLimiter(rate.Every(time.Hour), 1) })
	for _, want := range []error{api.ErrBusy, api.ErrThrottled} { // The first request uses the limit of the hour.
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		_, err := client.ConsoleURL(ctx, cvm.ConsoleInput{InstanceID: id})
		cancel()
		if !errors.Is(err, want) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v, want %v", err, want)
		}
	}
}

func TestConsoleURL_malformed(t *testing.T) {
	t.Parallel()
	const half = `{"Response":{"InstanceVncUrl":"wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3Dthe-ticket`
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"cut": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			cvmtest.Body(http.StatusOK, "application/json", half)(w, r)
		}, "ended early"},
		"half":       {cvmtest.Body(http.StatusOK, "application/json", half), "not the JSON document"},
		"HTML":       {cvmtest.Body(http.StatusOK, "text/html", "<html>log in</html>"), "are not shown"},
		"forbidden":  {cvmtest.Body(http.StatusForbidden, "text/html", "<html>a proxy says no</html>"), "a proxy says no"},
		"empty":      {cvmtest.Body(http.StatusOK, "", ""), "it is empty"},
		"null":       {cvmtest.Body(http.StatusOK, "", "null"), "lacks a Response"},
		"no address": {cvmtest.Body(http.StatusOK, "", `{"Response":{"RequestId":"r"}}`), "lacks an InstanceVncUrl"},
		"not wss":    {cvmtest.Body(http.StatusOK, "", `{"Response":{"InstanceVncUrl":"https%3A%2F%2Fh%2Fvnc%3Fs%3D1"}}`), "begins with wss://"},
		"redirect":   {http.RedirectHandler("https://elsewhere.example.com/x", http.StatusFound).ServeHTTP, "redirect to https://elsewhere.example.com"},
		"too large":  {cvmtest.Body(http.StatusOK, "", strings.Repeat(" ", 5<<20)), "larger than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := cvmtest.Start(t, credential)
			for range 10 { // An incomplete answer is retried.
				server.Answer(tt.answer)
			}
			e := failure(t, newClient(t, server))
			if !strings.Contains(e.Message, tt.want) || strings.Contains(e.Message, "the-ticket") {
				t.Errorf("the message is %q, want %q in it", e.Message, tt.want)
			}
		})
	}
}

func TestConsoleURL_outage(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]http.HandlerFunc{
		"HTML":          cvmtest.Body(http.StatusServiceUnavailable, "text/html", "<html>maintenance</html>"),
		"InternalError": cvmtest.Fail("InternalError"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := cvmtest.Start(t, credential)
			server.Put(region, id)
			server.Answer(down, down)
			if _, err := newClient(t, server).ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id}); err != nil {
				t.Errorf("a short outage: %v", err)
			}
			for range 20 {
				server.Answer(down)
			}
			e := failure(t, newClient(t, server))
			if e.Status == http.StatusServiceUnavailable && !strings.Contains(e.Message, "maintenance") {
				t.Errorf("a long outage: %v", e)
			}
			if n := len(server.Requests()); n > 20 {
				t.Errorf("%d requests: a long outage is waited for without an end", n)
			}
		})
	}
}

func TestConsoleURL_noRegion(t *testing.T) {
	t.Parallel()
	server := cvmtest.Start(t, credential)
	e := failure(t, newClient(t, server, func(c *cvm.Config) { c.Region = "" }))
	if !strings.Contains(e.Message, "no region") || len(server.Requests()) != 0 {
		t.Errorf("the error is %v after %d requests", e, len(server.Requests()))
	}
}

func TestConsoleURL_unavailable(t *testing.T) {
	t.Parallel()
	unknown := errors.New("not known yet")
	client := cvm.New(cvm.Config{Unavailable: unknown})
	if _, err := client.ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id}); !errors.Is(err, unknown) {
		t.Errorf("the error is %v", err)
	}
}
