package openapi

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// failures are the failures that a checker reported.
type failures []string

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) {
	*f = append(*f, fmt.Sprintf(format, args...))
}

func TestExchange(t *testing.T) {
	t.Parallel()
	const (
		apply    = "POST /api/desktop/apply"
		resize   = "POST /api/desktop/resource-update"
		policy   = "POST /api/desktop/policy-update"
		reset    = "POST /api/user/pwd-reset"
		desktops = "GET /api/user/dev%2F01/desktops"
		volumes  = "GET /api/desktop/u/volumes"

		ordered  = `{"username":"dev","os":"win10","callback_url":"http://r/1"}`
		accepted = `{"data":{},"message":"","status":"0"}`
	)
	for _, tc := range []struct {
		name, call, body, answer string
		// want is a part of the failure, or empty if there must be none.
		want string
	}{
		{"apply", apply, ordered, accepted, ""},
		{"apply refused", apply, ordered, `{"data":{},"message":"no","status":"-1"}`, ""},
		{"status as a number", apply, ordered, `{"data":{},"message":"","status":0}`, "answer"},
		{"no data", apply, ordered, `{"message":"","status":"0"}`, "answer"},
		{"a refusal with no reason", apply, ordered, `{"data":{},"message":"","status":"-1"}`, "answer"},
		{"no os", apply, `{"username":"dev","callback_url":"http://r/1"}`, accepted, "request"},
		{"one field too many", apply, `{"username":"dev","os":"win10","callback_url":"http://r/1","cpu":1}`, accepted, "request"},
		{"relative callback", apply, `{"username":"dev","os":"win10","callback_url":"/1"}`, accepted, "request"},
		{"resize", resize, `{"desktop_uuid":"u","callback_url":"http://r/1","disk":1073741824}`, accepted, ""},
		{"resize nothing", resize, `{"desktop_uuid":"u","callback_url":"http://r/1"}`, accepted, "request"},
		{"resize with text", resize, `{"desktop_uuid":"u","callback_url":"http://r/1","cpu":"2"}`, accepted, "request"},
		{"resize with null", resize, `{"desktop_uuid":"u","callback_url":"http://r/1","cpu":2,"disk":null}`, accepted, "request"},
		{"policy", policy, `{"usb-enable":false}`, accepted, ""},
		{"policy of nothing", policy, `{"desktop_uuid":"u"}`, accepted, "request"},
		{"reset", reset, `{"username":"dev_01","password":""}`, `{"data":{"username":"dev_01","password":"p"},"message":"","status":"0"}`, ""},
		{"reset without echo", reset, `{"username":"dev_01","password":""}`, accepted, "answer"},
		{"desktops", desktops, "", `{"data":[{"desktop_uuid":"u","desktop_name":"n"}],"message":"","status":0}`, ""},
		{"desktops refused", desktops, "", `{"data":[],"message":"no","status":-1}`, ""},
		{"desktops with text", desktops, "", `{"data":[],"message":"","status":"0"}`, "answer"},
		{"volumes", volumes, "", `{"data":[{"volume_uuid":"v","volume_name":"n","volume_size":1,"volume_status":"s"}],"message":"","status":0}`, ""},
		{"volumes as text", volumes, "", `{"data":[{"volume_uuid":"v","volume_name":"n","volume_size":"1","volume_status":"s"}],"message":"","status":0}`, ""},
		{"volume without size", volumes, "", `{"data":[{"volume_uuid":"v","volume_name":"n","volume_status":"s"}],"message":"","status":0}`, "answer"},
		{"unknown path", "GET /api/desktops", "", `{}`, "no matching operation"},
		{"wrong method", "GET /api/desktop/apply", "", `{}`, "method not allowed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got failures
			c := &Checker{&got, New(t).spec}
			method, path, _ := strings.Cut(tc.call, " ")
			req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(tc.body))
			if tc.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			c.Exchange(req, &http.Response{
				StatusCode: http.StatusOK,
				Header:     http.Header{"Content-Type": {"application/json"}},
				Body:       io.NopCloser(strings.NewReader(tc.answer)),
			})
			check(t, got, tc.want)
		})
	}
}

func TestCallback(t *testing.T) {
	t.Parallel()
	const done = `{"data":{},"message":"","status":"0"}`
	for _, tc := range []struct {
		name string
		call desktoptest.Call
		body string
		want string
	}{
		{"apply", desktoptest.Apply, `{"data":{"username":"u","password":"p","desktop_uuid":"d"},"message":"","status":"0"}`, ""},
		{"apply without password", desktoptest.Apply, `{"data":{"username":"u","desktop_uuid":"d"},"message":"","status":"0"}`, ""},
		{"apply failed", desktoptest.Apply, `{"data":{},"message":"full","status":"-1"}`, ""},
		{"apply without data", desktoptest.Apply, done, "does not match"},
		{"apply with a number", desktoptest.Apply, `{"data":{"username":"u","desktop_uuid":"d"},"message":"","status":0}`, "does not match"},
		{"resize", desktoptest.ResourceUpdate, done, ""},
		{"resize with data", desktoptest.ResourceUpdate, `{"data":{"cpu":1},"message":"","status":"0"}`, "does not match"},
		{"policy", desktoptest.PolicyUpdate, done, ""},
		{"reset", desktoptest.PasswordReset, done, "no callback"},
		{"garbage", desktoptest.Apply, `{`, "unexpected end"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got failures
			c := &Checker{&got, New(t).spec}
			c.Callback(tc.call, []byte(tc.body))
			check(t, got, tc.want)
		})
	}
}

func check(t *testing.T, got failures, want string) {
	t.Helper()
	switch {
	case want == "" && len(got) > 0:
		t.Errorf("got %q, want nothing", got)
	case want != "" && (len(got) != 1 || !strings.Contains(got[0], want)):
		t.Errorf("got %q, want one with %q", got, want)
	}
}
