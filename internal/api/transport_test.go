package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

func TestNewHTTPClient_logsNoSecret(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Subject-Token", "hush-answered")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, `{"password": "hush-said"}`)
	})
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := newClient(t, server.URL, api.TransportConfig{Logger: logger, UserAgent: "test/1"})
	client.Header = http.Header{"Authorization": {"hush-header"}}
	call := api.Call{
		Method: "POST", Path: "/api/{user}/x", Params: []string{"张 三"},
		Query: url.Values{"q": {"hush-query"}}, Body: map[string]string{"p": "hush-body"},
	}
	if _, err := client.Send(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	client.HTTP.CloseIdleConnections()
	server.Close()
	if e := failure(t, client, call); !e.Unsent {
		t.Errorf("got %v", e)
	}

	if strings.Contains(log.String(), "hush") {
		t.Errorf("a secret is in the log: %s", &log)
	}
	common := map[string]any{"level": "DEBUG", "method": "POST", "host": client.Endpoint.Host, "path": "/api/张 三/x"}
	want := []map[string]any{
		{"msg": "request", "status": float64(http.StatusTeapot)},
		{"msg": "request failed", "error": "dial tcp " + client.Endpoint.Host + ": connect: connection refused"},
	}
	decoder := json.NewDecoder(&log)
	for _, want := range want {
		maps.Copy(want, common)
		var got map[string]any
		if err := decoder.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if duration, ok := got["duration"].(float64); !ok || duration <= 0 || duration > float64(time.Minute) {
			t.Errorf("the duration is %v", got["duration"])
		}
		delete(got, "duration")
		delete(got, "time")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if decoder.More() {
		t.Error("more than one record per request")
	}
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestNewHTTPClient_wrap(t *testing.T) {
	t.Parallel()
	var signed string
	client := newClient(t, "http://service.invalid", api.TransportConfig{
		UserAgent: "test/1",
		Wrap: func(http.RoundTripper) http.RoundTripper {
			return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
				signed = req.Header.Get("User-Agent")
				return httptest.NewRecorder().Result(), nil
			})
		},
	})
	if _, err := client.Send(t.Context(), get); err != nil || signed != "test/1" {
		t.Errorf("the wrapped transport saw the User-Agent %q; %v", signed, err)
	}
}

func TestNewHTTPClient_limits(t *testing.T) {
	t.Parallel()
	client, err := api.NewHTTPClient(api.TransportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	// Nova and many gateways answer with their own error after a minute.
	if client.Timeout != 90*time.Second {
		t.Errorf("a request may take %s", client.Timeout)
	}
}

func TestParseEndpoint_errors(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://desktop.example.com":     "",
		"http://10.0.0.1:8080/base/":      "",
		"HTTPS://[::1]:8443":              "",
		"":                                "must begin with https://",
		"desktop.example.com":             "must begin with https://",
		"desktop.example.com:443":         "must begin with https://",
		"10.0.0.1:8080":                   "cannot be parsed",
		"ftp://desktop.example.com":       "must begin with https://",
		"https://":                        "has no host",
		"https://:443":                    "has no host",
		"https:///path":                   "has no host",
		"https://user:hush@example.com":   "contains a user name",
		"https://user:hu%sh@example.com":  "cannot be parsed",
		"https://example.com?token=hush":  "has a query",
		"https://example.com?":            "has a query",
		"https://example.com#hush":        "has a query or a fragment",
		"https://exam ple.com":            "cannot be parsed",
		"https://example.com:https":       "cannot be parsed",
		" https://example.com":            "cannot be parsed",
		"https://example.com\n":           "cannot be parsed",
		"\"https://desktop.example.com\"": "cannot be parsed",
	} {
		u, err := api.ParseEndpoint(raw)
		switch {
		case want == "" && (err != nil || u.String() != strings.Replace(raw, "HTTPS", "https", 1)):
			t.Errorf("%q: got %v and %v", raw, u, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush")):
			t.Errorf("%q: got %v, want %q", raw, err, want)
		}
	}
}

func TestLoopback_hosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "10.0.0.1": false, "localhost.example.com": false, "127.example.com": false,
	} {
		if got := api.Loopback(host); got != want {
			t.Errorf("%q: %t, want %t", host, got, want)
		}
	}
}
