package desktop_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const html = "<html>\n<h1>Sign in</h1></html>"

// malformed is an answer that does not have the documented form.
type malformed struct {
	fault  desktoptest.Fault
	status int
	kind   api.Kind
	want   string // The beginning of the message.
	only   []desktoptest.Call
}

// calls returns the calls that fail with the answer.
func (m malformed) calls() []desktoptest.Call {
	if m.only != nil {
		return m.only
	}
	return append([]desktoptest.Call{desktoptest.ResourceUpdate}, synchronous...)
}

var (
	reads       = []desktoptest.Call{desktoptest.UserDesktops, desktoptest.DesktopVolumes}
	synchronous = append([]desktoptest.Call{desktoptest.PolicyUpdate, desktoptest.PasswordReset}, reads...)
)

func TestClient_malformedAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]malformed{
		"html":                    {desktoptest.Answer(200, "text/html", html), 200, api.Other, "the answer is not a JSON document; it begins: <html> <h1>Sign in</h1></html>", nil},
		"html, 401":               {desktoptest.Answer(401, "text/html", html), 401, api.Denied, "the answer is not a JSON document; it begins: <html>", nil},
		"html, 404":               {desktoptest.Answer(404, "text/html", html), 404, api.NotFound, "the answer is not a JSON document; it begins: <html>", nil},
		"html, 503":               {desktoptest.Unavailable(), 503, api.Busy, "the answer is not a JSON document; it begins: <!DOCTYPE html>", nil},
		"empty":                   {desktoptest.Empty(), 200, api.Other, "the answer is not a JSON document; it is empty", nil},
		"half":                    {desktoptest.Truncated(), 200, api.Other, `the answer is not a JSON document; it begins: {"data": [`, nil},
		"50 MB":                   {desktoptest.Huge(50 << 20), 200, api.Other, `the answer is larger than 4 MiB; it begins: {"data": [`, nil},
		"two documents":           {answered(`{"data":[],"status":0}{}`), 200, api.Other, "the answer is not a JSON document", nil},
		"a list":                  {answered(`[1]`), 200, api.Other, "the answer is a JSON array, not an object; it begins: [1]", nil},
		"a string":                {answered(`"ok"`), 200, api.Other, "the answer is a JSON string, not an object", nil},
		"null":                    {answered(`null`), 200, api.Other, "the answer lacks a status", nil},
		"no status":               {answered(`{"data":[],"message":""}`), 200, api.Other, `the answer lacks a status; it begins: {"data":[]`, nil},
		"null status":             {answered(`{"data":[],"status":null}`), 200, api.Other, "the answer cannot be understood: its status is not 0 or -1", nil},
		"status true":             {answered(`{"data":[],"status":true}`), 200, api.Other, "the answer cannot be understood: its status is not 0 or -1", nil},
		"status in words":         {answered(`{"data":[],"status":"ok"}`), 200, api.Other, "the answer cannot be understood: its status is not 0 or -1", nil},
		"message of another type": {answered(`{"data":[],"status":0,"message":{}}`), 200, api.Other, "the answer's message is a JSON object, not a string", nil},
		"no data":                 {answered(`{"status":0,"message":""}`), 200, api.Other, "the answer lacks data", reads},
		"null data":               {answered(`{"status":"0","data":null}`), 200, api.Other, "the answer lacks data", reads},
		"success in a failure": {
			desktoptest.Answer(500, "application/json", `{"status":0,"data":[]}`), 500, api.Other,
			"the answer reports success with an HTTP status that reports failure", synchronous,
		},
		"redirect": {desktoptest.Redirect("http://elsewhere.invalid/x?token=t"), 307, api.Other, "the answer is a redirect to http://elsewhere.invalid", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, nil)
			server.Fail(desktoptest.AnyCall, -1, tc.fault)
			for call, try := range every(t, client) {
				if call == desktoptest.Apply || !slices.Contains(tc.calls(), call) {
					continue // The outcome of an order is unknown, so it waits for its callback.
				}
				e, want := apiError(t, try()), tc.want
				if quoted, _, ok := strings.Cut(want, "; it begins"); ok && call == desktoptest.PasswordReset {
					want = quoted + "; its "
				}
				if e.Operation != string(call) || e.Status != tc.status || e.Kind != tc.kind || e.Code != "" || !strings.HasPrefix(e.Message, want) {
					t.Errorf("got %+v, want the message %q", e, want)
				}
			}
		})
	}
}

func TestClient_failuresOfTheService(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for name, tc := range map[string]struct {
		status int
		body   string
		want   api.Error
	}{
		"number":         {200, `{"status":-1,"message":"no"}`, api.Error{Status: 200, Code: "-1", Message: "no", Kind: api.Refused}},
		"string":         {200, `{"status":"-1","message":"no","data":null}`, api.Error{Status: 200, Code: "-1", Message: "no", Kind: api.Refused}},
		"another number": {200, `{"status":7}`, api.Error{Status: 200, Code: "7", Kind: api.Refused}},
		"404":            {404, `{"status":-1,"message":"no"}`, api.Error{Status: 404, Code: "-1", Message: "no", Kind: api.NotFound}},
		"500":            {500, `{"status":"-1","message":"no"}`, api.Error{Status: 500, Code: "-1", Message: "no", Kind: api.Other}},
	} {
		server.Fail(desktoptest.DesktopVolumes, 1, desktoptest.Answer(tc.status, "application/json", tc.body))
		_, err := client.Volumes(t.Context(), "u")
		tc.want.Service, tc.want.Operation = "desktop", "GET /api/desktop/{uuid}/volumes"
		if diff := cmp.Diff(&tc.want, apiError(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestClient_malformedData(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for _, tc := range []struct {
		call       desktoptest.Call
		data, want string
	}{
		{desktoptest.UserDesktops, `{}`, "the answer's data is a JSON object, not a list; it begins: {}"},
		{desktoptest.UserDesktops, `[{"desktop_uuid":{}}]`, "the answer's data's desktop_uuid is a JSON object, not a string; it begins: "},
		{desktoptest.UserDesktops, `[{"desktop_name":"n"}]`, "element 0 of the answer's data lacks a required field"},
		{desktoptest.UserDesktops, `[{"desktop_uuid":"u"},null]`, "element 1 of the answer's data lacks a required field"},
		{desktoptest.DesktopVolumes, `"none"`, "the answer's data is a JSON string, not a list"},
		{desktoptest.DesktopVolumes, `[{"volume_uuid":"v"}]`, "element 0 of the answer's data lacks a required field"},
		{desktoptest.DesktopVolumes, `[{"volume_size":1}]`, "element 0 of the answer's data lacks a required field"},
		{desktoptest.PasswordReset, `[]`, "the answer's data is a JSON array, not an object; its 2 bytes are not shown"},
		{desktoptest.PasswordReset, `{"username":"dev_02","password":"Pa55word"}`, "the answer names another user; its 43 bytes are not shown"},
	} {
		server.Fail(tc.call, 1, answered(`{"status":"0","data":`+tc.data+`}`))
		if e := apiError(t, every(t, client)[tc.call]()); !strings.HasPrefix(e.Message, tc.want) || e.Status != 200 {
			t.Errorf("%s %s: got %v, want %q", tc.call, tc.data, e, tc.want)
		}
	}
}

func TestVolumes_sizes(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for size, want := range map[string]int64{
		`0`: 0, `1`: 1, `"107374182400"`: 100 << 30, `9223372036854775807`: 1<<63 - 1,
		`-1`: -1, `1.5`: -1, `"1e9"`: 1e9, `5e10`: 5e10, `53687091200.0`: 50 << 30, `1e999999999`: -1, `1e19`: -1, `NaN`: -1, `"100 GiB"`: -1, `""`: -1, `true`: -1, `[1]`: -1, `null`: -1, `9223372036854775808`: -1,
		`"` + strings.Repeat("9", 5000) + `"`: -1,
	} {
		server.Fail(desktoptest.DesktopVolumes, 1, answered(fmt.Sprintf(`{"status":0,"data":[{"volume_uuid":"v","volume_size":%s}]}`, size)))
		got, err := client.Volumes(t.Context(), "u")
		switch {
		case want >= 0 && (err != nil || len(got) != 1 || got[0].SizeBytes != want):
			t.Errorf("%s: got %v and %v", size, got, err)
		case want < 0 && (err == nil || len(err.Error()) > 1000):
			t.Errorf("%.40s: got %v and %v", size, got, err)
		}
	}
}

// echo answers with the content of the request, like a debugging page.
func echo(form string) desktoptest.Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		serve(httptest.NewRecorder(), r) // The fake restores the body.
		var sent strings.Builder
		_ = r.Header.Write(&sent)
		body, _ := io.ReadAll(r.Body)
		// The body is repeated without the scheme of URLs, because the path of
		// a callback URL is a secret by itself.
		sent.WriteString(string(body) + strings.ReplaceAll(string(body), "http://", ""))
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, form, sent.String())
	}
}

func TestClient_errorsMaskSecrets(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]desktoptest.Fault{
		"page":    echo("<pre>%s</pre>"),
		"message": echo(`{"status":-1,"message":%q}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, nil)
			server.Fail(desktoptest.AnyCall, -1, fault)
			for call, try := range every(t, client) {
				err := try()
				if e := apiError(t, err); e.Status != http.StatusBadRequest || call != desktoptest.PasswordReset && !strings.Contains(e.Message, "***") {
					t.Errorf("%s: got %v, want the secrets masked", call, e)
				}
				for _, secret := range append(server.Secrets(), "Pa55word", authorization) {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("%s: the error repeats %q: %v", call, secret, err)
					}
				}
			}
		})
	}
}

func TestResetPassword_brokenAnswerIsNotQuoted(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for _, body := range []string{
		`{"status":"0","data":{"username":"dev_01","password":"chosen`,
		`{"status":"0","data":{"username":"dev_02","password":"chosen"}}`,
		`{"status":"0","data":{"username":["chosen"],"password":"chosen"}}`,
		`{"status":{"password":"chosen"}}`,
		`{"status":"chosen"}`,
		`chosen`,
	} {
		server.Fail(desktoptest.PasswordReset, 1, answered(body))
		got, err := client.ResetPassword(t.Context(), desktop.Credentials{Username: "dev_01"})
		if err == nil || strings.Contains(err.Error(), "chosen") || got != (desktop.Credentials{}) {
			t.Errorf("%s: got %v and %v", body, got, err)
		}
	}
}

func TestResetPassword_answerWithoutAPassword(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for body, want := range map[string]string{
		`{"status":"0"}`:                              "mine",
		`{"status":"0","data":{}}`:                    "mine",
		`{"status":"0","data":{"username":"dev_01"}}`: "mine",
		`{"status":"0","data":{"password":1234}}`:     "1234",
	} {
		server.Fail(desktoptest.PasswordReset, 1, answered(body))
		got, err := client.ResetPassword(t.Context(), desktop.Credentials{Username: "dev_01", Password: "mine"})
		if err != nil || got != (desktop.Credentials{Username: "dev_01", Password: want}) {
			t.Errorf("%s: got %v and %v", body, got, err)
		}
	}
}

func TestClient_deniedNamesTheCredentials(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		header http.Header
		want   string
	}{
		{nil, "none are configured. Set headers"},
		{http.Header{"Authorization": {"Bearer old"}}, "Check headers"},
	} {
		client, server := start(t, func(c *desktop.Config) { c.Header = tc.header })
		for _, fault := range []desktoptest.Fault{nil, desktoptest.Unauthorized()} {
			if fault != nil {
				server.Fail(desktoptest.AnyCall, 1, fault)
			}
			_, err := client.Volumes(t.Context(), "u")
			if e := apiError(t, err); !errors.Is(e, api.ErrDenied) || !strings.Contains(e.Hint, tc.want) {
				t.Errorf("got %v with the hint %q", e, e.Hint)
			}
		}
	}
}
