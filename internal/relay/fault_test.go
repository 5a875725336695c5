package relay

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// childCommand returns the command for a relay process with access to the
// buckets of s3test.
func childCommand(ctx context.Context, args string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0]) //nolint:gosec // The test binary itself.
	cmd.Env = append(os.Environ(), childVariable+"="+args, "AWS_ACCESS_KEY_ID="+s3test.AccessKey, "AWS_SECRET_ACCESS_KEY="+s3test.SecretKey)
	return cmd
}

func newBucket(t *testing.T) *s3test.Server {
	t.Helper()
	server, err := s3test.Start(t.Context(), t.TempDir())
	if err == nil {
		t.Cleanup(server.Close)
		err = server.MakeBucket("bucket")
	}
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// A relay without a required permission must not start.
func TestRelay_missingPermission(t *testing.T) {
	t.Parallel()
	server := newBucket(t)
	for want, denied := range map[string]func(*http.Request) bool{
		"allow s3:PutObject":                             func(r *http.Request) bool { return r.Method == http.MethodPut },
		"allow s3:DeleteObject":                          func(r *http.Request) bool { return r.Method == http.MethodDelete },
		"allow s3:GetObject":                             func(r *http.Request) bool { return r.Method == http.MethodGet && !r.URL.Query().Has("list-type") },
		"allow s3:ListBucket on arn:aws:s3:::bucket for": func(r *http.Request) bool { return r.URL.Query().Has("list-type") },
	} {
		proxy := s3test.NewProxy(server)
		t.Cleanup(proxy.Close)
		proxy.Fail(func(r *http.Request) s3test.Fault {
			if denied(r) {
				return s3test.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
			}
			return s3test.Fault{}
		})
		output, err := childCommand(t.Context(), "--listen 127.0.0.1:0 --inbox "+s3test.Address(proxy.URL, "bucket")).CombinedOutput()
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok || failed.ExitCode() != exitFailure || !strings.Contains(string(output), "relay: the inbox cannot be used: ") || !strings.Contains(string(output), want) {
			t.Errorf("the relay ended with %v, want %q:\n%s", err, want, output)
		}
	}
}

func TestRelay_refusesABucketThatIgnoresConditions(t *testing.T) {
	t.Parallel()
	proxy := s3test.NewProxy(newBucket(t))
	t.Cleanup(proxy.Close)
	proxy.SetDialect(s3test.Ignores)
	output, err := childCommand(t.Context(), "--listen 127.0.0.1:0 --inbox "+s3test.Address(proxy.URL, "bucket")).CombinedOutput()
	if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != exitFailure || !strings.Contains(string(output), "cannot be an inbox") {
		t.Errorf("the relay ended with %v:\n%s", err, output)
	}
}

// roundTripper is a bucket without a network, for use in a synctest bubble.
type roundTripper func(*http.Request) *http.Response

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// The service gets an error, and the log says what to do.
func TestService_deletedBucket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		deleted := roundTripper(func(r *http.Request) *http.Response {
			w := recordAnswer(http.StatusNotFound, "<Error><Code>NoSuchBucket</Code></Error>")
			w.Request = r
			return w
		})
		store, err := s3.New(s3.Config{Address: "s3://bucket?region=a", HTTPClient: &http.Client{Transport: deleted}, Credentials: s3test.Credentials()})
		if err != nil {
			t.Fatal(err)
		}
		var logged logs
		s := newService(&config{}, store, testKey, slog.New(slog.NewTextHandler(&logged, nil)))
		made := id.New(id.Order, "prod", testKey)
		if status := serveOne(s, http.MethodPost, receiver.Path+"/"+made.Secret(), result); status != http.StatusServiceUnavailable {
			t.Errorf("the callback is answered with %d", status)
		}
		if text := logged.String(); !strings.Contains(text, "create the bucket, or correct the address of the inbox") || strings.Contains(text, "hunter2") {
			t.Errorf("the log is %s", text)
		}
	})
}

func recordAnswer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: readCloser{strings.NewReader(body)}, ContentLength: int64(len(body))}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
