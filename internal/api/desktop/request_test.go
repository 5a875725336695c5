package desktop_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// request is a request in the form of the API document.
type request struct {
	Line   string
	Header http.Header
	Body   map[string]string // The JSON values; a callback URL is replaced with a placeholder.
}

func received(t *testing.T, server *desktoptest.Server) []request {
	t.Helper()
	var all []request
	for _, r := range server.Requests() {
		got := request{Line: r.Method + " " + r.Path, Header: r.Header}
		for name, value := range r.Body {
			if got.Body == nil {
				got.Body = map[string]string{}
			}
			got.Body[name] = string(value)
		}
		if url, ok := got.Body["callback_url"]; ok {
			base, id, _ := strings.Cut(strings.Trim(url, `"`), "/v1/callbacks/")
			if !strings.HasPrefix(base, "http://127.0.0.1:") || len(id) < 26 {
				t.Errorf("the callback URL is %s", url)
			}
			got.Body["callback_url"] = "URL"
		}
		all = append(all, got)
	}
	return all
}

func TestClient_requests(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	cpu, memory, disk := int64(4), int64(8<<30), int64(100<<30)
	for name, tc := range map[string]struct {
		change func(*desktop.Config)
		opts   []desktoptest.Option
		call   func(t *testing.T, client *desktop.Client, uuid string) error
		line   string
		body   map[string]string
	}{
		"apply": {
			call: func(t *testing.T, client *desktop.Client, _ string) error {
				_, err := order(t, client, "dev")
				return err
			},
			line: "POST /api/desktop/apply",
			body: map[string]string{"username": `"dev"`, "os": `"win10"`, "callback_url": "URL"},
		},
		"resize one": {
			call: func(t *testing.T, client *desktop.Client, uuid string) error {
				return resize(t, client, desktop.ResizeInput{DesktopUUID: uuid, MemoryBytes: &memory})
			},
			line: "POST /api/desktop/resource-update",
			body: map[string]string{"desktop_uuid": "UUID", "memory": "8589934592", "callback_url": "URL"},
		},
		"resize all": {
			call: func(t *testing.T, client *desktop.Client, uuid string) error {
				return resize(t, client, desktop.ResizeInput{DesktopUUID: uuid, CPU: &cpu, MemoryBytes: &memory, DiskBytes: &disk})
			},
			line: "POST /api/desktop/resource-update",
			body: map[string]string{"desktop_uuid": "UUID", "cpu": "4", "memory": "8589934592", "disk": "107374182400", "callback_url": "URL"},
		},
		"policy off": {
			call: func(t *testing.T, client *desktop.Client, _ string) error {
				return client.UpdatePolicy(t.Context(), desktop.PolicyInput{USBEnable: &no})
			},
			line: "POST /api/desktop/policy-update",
			body: map[string]string{"usb-enable": "false"},
		},
		"policy of a desktop, by callback": {
			change: func(c *desktop.Config) { c.PolicyPerDesktop, c.PolicyCallback = true, true },
			opts:   []desktoptest.Option{desktoptest.WithPolicyPerDesktop(), desktoptest.WithPolicyCallback()},
			call: func(t *testing.T, client *desktop.Client, uuid string) error {
				return client.UpdatePolicy(t.Context(), desktop.PolicyInput{DesktopUUID: uuid, USBEnable: &no, DataAccess: &yes})
			},
			line: "POST /api/desktop/policy-update",
			body: map[string]string{"desktop_uuid": "UUID", "usb-enable": "false", "data-access": "true", "callback_url": "URL"},
		},
		"reset password": {
			call: func(t *testing.T, client *desktop.Client, _ string) error {
				_, err := client.ResetPassword(t.Context(), desktop.Credentials{Username: "张 三/%", Password: `p"<&>`})
				return err
			},
			line: "POST /api/user/pwd-reset",
			body: map[string]string{"username": `"张 三/%"`, "password": `"p\"\u003c\u0026\u003e"`},
		},
		"reset to the default": {
			call: func(t *testing.T, client *desktop.Client, _ string) error {
				_, err := client.ResetPassword(t.Context(), desktop.Credentials{Username: "张 三/%"})
				return err
			},
			line: "POST /api/user/pwd-reset",
			body: map[string]string{"username": `"张 三/%"`, "password": `""`},
		},
		"desktops": {
			call: func(t *testing.T, client *desktop.Client, uuid string) error {
				got, err := client.UserDesktops(t.Context(), "张 三/%")
				if len(got) != 1 || got[0].UUID != uuid {
					t.Errorf("got %v", got)
				}
				return err
			},
			line: "GET /api/user/%E5%BC%A0%20%E4%B8%89%2F%25/desktops",
		},
		"volumes": {
			call: func(t *testing.T, client *desktop.Client, uuid string) error {
				_, err := client.Volumes(t.Context(), uuid)
				return err
			},
			line: "GET /api/desktop/UUID/volumes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := start(t, tc.change, tc.opts...)
			uuid := server.AddDesktop("张 三/%", "win10")
			if err := tc.call(t, client, uuid); err != nil {
				t.Fatal(err)
			}
			want := request{
				Line:   strings.ReplaceAll(tc.line, "UUID", uuid),
				Header: http.Header{"Accept": {"application/json"}, "Authorization": {authorization}, "User-Agent": {"test/1"}},
				Body:   tc.body,
			}
			if want.Body != nil {
				want.Header.Set("Content-Type", "application/json")
			}
			if name == "apply" {
				want.Header.Set("Connection", "close") // The order has its own connection.
			}
			if _, ok := want.Body["desktop_uuid"]; ok {
				want.Body["desktop_uuid"] = `"` + uuid + `"`
			}
			ignored := cmpopts.IgnoreMapEntries(func(name string, _ []string) bool { return name == "Accept-Encoding" || name == "Content-Length" })
			if diff := cmp.Diff([]request{want}, received(t, server), ignored); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestClient_namesThatCannotBeInAPath(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for _, name := range []string{"", ".", ".."} {
		_, err := client.UserDesktops(t.Context(), name)
		if e := apiError(t, err); e.Kind != api.Refused || !strings.Contains(e.Message, "cannot be a username") {
			t.Errorf("%q: %v", name, err)
		}
		_, err = client.Volumes(t.Context(), name)
		if e := apiError(t, err); e.Kind != api.Refused || !strings.Contains(e.Message, "cannot be a uuid") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if got := server.Requests(); got != nil {
		t.Errorf("%d requests were sent", len(got))
	}
}
