package desktoptest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// TestServer_refuses sends requests that the API document does not define.
func TestServer_refuses(t *testing.T) {
	t.Parallel()
	const (
		apply  = "POST /api/desktop/apply"
		resize = "POST /api/desktop/resource-update"
		policy = "POST /api/desktop/policy-update"
		reset  = "POST /api/user/pwd-reset"
	)
	for _, tc := range []struct {
		// UUID in body or call is replaced with that of a desktop with a disk
		// of 10 GiB.
		name, call, body string
		status           int
		message          string
	}{
		{"no JSON", apply, `username=dev`, 200, "not a JSON object"},
		{"an array", apply, `[]`, 200, "not a JSON object"},
		{"half", apply, `{"username":"dev"`, 200, "not valid JSON"},
		{"half a value", apply, `{"username":"de`, 200, "not valid JSON"},
		{"a number for a key", apply, `{1:2}`, 200, "not valid JSON"},
		{"two objects", apply, `{"username":"dev","os":"win10","callback_url":"http://r/1"}{}`, 200, "follows"},
		{"not UTF-8", apply, "{\"username\":\"\xff\"}", 200, "UTF-8"},
		{"unknown field", apply, `{"username":"dev","os":"win10","callback_url":"http://r/1","cpu":2}`, 200, `"cpu"`},
		{"another spelling", apply, `{"Username":"dev","os":"win10","callback_url":"http://r/1"}`, 200, `"Username"`},
		{"duplicate key", apply, `{"username":"dev","username":"ops","os":"win10","callback_url":"http://r/1"}`, 200, "twice"},
		{"missing field", apply, `{"username":"dev","callback_url":"http://r/1"}`, 200, "os is missing"},
		{"null", apply, `{"username":null,"os":"win10","callback_url":"http://r/1"}`, 200, "username must be a string"},
		{"number for a string", apply, `{"username":7,"os":"win10","callback_url":"http://r/1"}`, 200, "username must be a string"},
		{"no name", apply, `{"username":"","os":"win10","callback_url":"http://r/1"}`, 200, "username is empty"},
		{"unknown system", apply, `{"username":"dev","os":"Win10","callback_url":"http://r/1"}`, 200, "no system"},
		{"relative callback", apply, `{"username":"dev","os":"win10","callback_url":"/callback"}`, 200, "absolute"},
		{"callback by ftp", apply, `{"username":"dev","os":"win10","callback_url":"ftp://r/1"}`, 200, "absolute"},
		{"callback to no host", apply, `{"username":"dev","os":"win10","callback_url":"http://:80/1"}`, 200, "absolute"},
		{"empty callback", apply, `{"username":"dev","os":"win10","callback_url":""}`, 200, "absolute"},

		{"resize of nothing", resize, `{"desktop_uuid":"UUID","callback_url":"http://r/1"}`, 200, "none of cpu, memory and disk"},
		{"string for an int", resize, `{"desktop_uuid":"UUID","callback_url":"http://r/1","cpu":"2"}`, 200, "cpu must be a whole number"},
		{"fraction for an int", resize, `{"desktop_uuid":"UUID","callback_url":"http://r/1","cpu":2.0}`, 200, "cpu must be a whole number"},
		{"null for an int", resize, `{"desktop_uuid":"UUID","callback_url":"http://r/1","cpu":2,"disk":null}`, 200, "disk must be a whole number"},
		{"no cpu", resize, `{"desktop_uuid":"UUID","callback_url":"http://r/1","cpu":0}`, 200, "cpu must be more than 0"},
		{"negative memory", resize, `{"desktop_uuid":"UUID","callback_url":"http://r/1","memory":-1}`, 200, "memory must be more than 0"},
		{"shrinking disk", resize, `{"desktop_uuid":"UUID","callback_url":"http://r/1","disk":10737418239}`, 200, "cannot shrink"},
		{"resize of an unknown desktop", resize, `{"desktop_uuid":"nope","callback_url":"http://r/1","cpu":2}`, 200, `no desktop "nope"`},

		{"policy of nothing", policy, `{}`, 200, "neither"},
		{"policy with null", policy, `{"usb-enable":null}`, 200, "usb-enable must be true or false"},
		{"policy as text", policy, `{"usb-enable":"true"}`, 200, "usb-enable must be true or false"},
		{"policy with underscore", policy, `{"usb_enable":true}`, 200, `"usb_enable"`},
		{"policy of a desktop", policy, `{"usb-enable":true,"desktop_uuid":"UUID"}`, 200, `"desktop_uuid"`},
		{"policy with callback", policy, `{"usb-enable":true,"callback_url":"http://r/1"}`, 200, `"callback_url"`},

		{"reset without password", reset, `{"username":"dev_01"}`, 200, "password is missing"},
		{"reset of an unknown user", reset, `{"username":"ops_01","password":"p"}`, 200, `no user "ops_01"`},

		{"unknown user", "GET /api/user/ops_01/desktops", "", 200, `no user "ops_01"`},
		{"unknown user with a slash", "GET /api/user/a%2Fb/desktops", "", 200, `no user "a/b"`},
		{"unknown desktop", "GET /api/desktop/nope/volumes", "", 200, `no desktop "nope"`},
		{"GET with a body", "GET /api/desktop/UUID/volumes", `{}`, 200, "no body"},
		{"a query", "GET /api/user/dev_01/desktops?page=2", "", 200, "no call takes a query"},

		{"wrong method", "GET /api/desktop/apply", "", 405, "must be POST"},
		{"wrong method for a list", "POST /api/user/dev_01/desktops", `{}`, 405, "must be GET"},
		{"unknown path", "GET /api/desktops", "", 404, "this path does not exist"},
		{"no name in the path", "GET /api/user//desktops", "", 404, "this path does not exist"},
		{"a slash too many", "POST /api/desktop/apply/", `{}`, 404, "this path does not exist"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := desktoptest.Start(t)
			uuid := s.AddDesktop("dev_01", "win10")
			s.SetVolumes(uuid, 10*gib)
			method, path, _ := strings.Cut(strings.ReplaceAll(tc.call, "UUID", uuid), " ")

			got := send(t, s, method, path, strings.ReplaceAll(tc.body, "UUID", uuid))

			wantRefused(t, got, method, tc.status, tc.message)
			if n := len(s.Desktops()); n != 1 || s.Policy() != (desktoptest.Policy{}) {
				t.Errorf("the refusal changed something: %d desktops, %+v", n, s.Policy())
			}
		})
	}
}

// wantRefused checks that the answer is a failure in the documented form.
func wantRefused(t *testing.T, got answer, method string, status int, message string) {
	t.Helper()
	prefix, suffix := `{"data":{},"message":"`, `","status":"-1"}`
	if method == http.MethodGet {
		prefix, suffix = `{"data":[],"message":"`, `","status":-1}`
	}
	text, quoted := strings.CutPrefix(got.Body, prefix)
	text, closed := strings.CutSuffix(text, suffix)
	if got.Status != status || !quoted || !closed || !strings.Contains(strings.ReplaceAll(text, `\"`, `"`), message) {
		t.Errorf("got %+v, want %d and a refusal with %q", got, status, message)
	}
}

func TestServer_contentType(t *testing.T) {
	t.Parallel()
	s := desktoptest.Start(t)
	for contentType, status := range map[string]int{
		"text/plain":                      415,
		"application/json; charset=utf-8": 200,
		"":                                415,
	} {
		got := send(t, s, "POST", "/api/desktop/policy-update", `{"usb-enable":true}`, "Content-Type", contentType)
		if got.Status != status {
			t.Errorf("%q: got %+v, want %d", contentType, got, status)
		}
	}
}

func TestServer_callbackURLIsUsedOnce(t *testing.T) {
	t.Parallel()
	s, r := desktoptest.Start(t), newReceiver(t, 200)

	// The URL of a refused order can be used again.
	got := send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "beos", "a"))
	wantRefused(t, got, "POST", 200, "no system")
	c := r.order(t, s, "dev", "win10", "a")

	got = send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "a"))
	wantRefused(t, got, "POST", 200, "used for another task")
	resize := func(cpu int, id string) answer {
		return send(t, s, "POST", "/api/desktop/resource-update",
			fmt.Sprintf(`{"desktop_uuid":%q,"cpu":%d,"callback_url":%q}`, c.Data["desktop_uuid"], cpu, r.URL+"/"+id))
	}
	wantRefused(t, resize(4, "a"), "POST", 200, "used for another task")

	// A call with target values may be repeated with the same body.
	for range 2 {
		wantAccepted(t, resize(4, "b"))
		r.next(t)
	}
	wantRefused(t, resize(8, "b"), "POST", 200, "used for another task")
}

func TestServer_policyOptions(t *testing.T) {
	t.Parallel()
	s := desktoptest.Start(t, desktoptest.WithPolicyPerDesktop(), desktoptest.WithPolicyCallback())
	uuid := s.AddDesktop("dev_01", "win10")
	for body, message := range map[string]string{
		`{"usb-enable":true,"callback_url":"http://r/1"}`:                         "desktop_uuid is missing",
		`{"usb-enable":true,"desktop_uuid":"` + uuid + `"}`:                       "callback_url is missing",
		`{"usb-enable":true,"desktop_uuid":"nope","callback_url":"http://r/1"}`:   `no desktop "nope"`,
		`{"usb-enable":true,"desktop_uuid":"` + uuid + `","callback_url":"r/1"}`:  "absolute",
		`{"desktop_uuid":"` + uuid + `","callback_url":"http://r/1"}`:             "neither",
		`{"data-access":0,"desktop_uuid":"` + uuid + `","callback_url":"http:x"}`: "data-access must be true or false",
	} {
		wantRefused(t, send(t, s, "POST", "/api/desktop/policy-update", body), "POST", 200, message)
	}
}

func TestServer_requiredHeaders(t *testing.T) {
	t.Parallel()
	s := start(t, desktoptest.WithHeader("Authorization", "Bearer sesame"), desktoptest.WithHeader("X-Tenant", "blue"))
	s.AddUser("dev_01")
	const path = "/api/user/dev_01/desktops"
	wantRefused(t, send(t, s, "GET", path, ""), "GET", 401, "is missing or wrong")
	wantRefused(t, send(t, s, "GET", path, "", "Authorization", "Bearer other", "X-Tenant", "blue"), "GET", 401, "Authorization")
	if got := send(t, s, "GET", path, "", "Authorization", "Bearer sesame", "X-Tenant", "blue"); got.Status != 200 {
		t.Errorf("got %+v", got)
	}
}

func TestServer_unknownUserAsEmptyList(t *testing.T) {
	t.Parallel()
	s := start(t, desktoptest.WithEmptyListForUnknownUser())
	if got := send(t, s, "GET", "/api/user/ops_01/desktops", ""); got.Body != `{"data":[],"message":"","status":0}` {
		t.Errorf("got %+v", got)
	}
}

func TestServer_systems(t *testing.T) {
	t.Parallel()
	s, r := start(t, desktoptest.WithSystems("ubuntu")), newReceiver(t, 200)
	r.order(t, s, "dev", "ubuntu", "a")
	wantRefused(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "b")), "POST", 200, "no system")
}
