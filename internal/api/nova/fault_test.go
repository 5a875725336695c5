package nova_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
)

func TestRemoteConsole_faults(t *testing.T) {
	t.Parallel()
	html := identitytest.Body(http.StatusServiceUnavailable, "text/html", "<html><h1>503 Service Unavailable</h1></html>")
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		prepare func(*novatest.Server)
		options []novatest.Option
		path    string
		kind    error
		want    string
		hint    string
	}{
		"deleted server": {
			prepare: func(s *novatest.Server) { s.DeleteServer(serverID) },
			kind:    api.ErrNotFound, want: "HTTP 404: code itemNotFound: Instance " + serverID + " could not be found. (request req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2)",
		},
		"project of another": {
			path: "/v2.1/13c67a214ced4afb88d911ae4bd5721a",
			kind: api.ErrRefused, want: "HTTP 400: code badRequest: Malformed request URL", hint: "check project_id",
		},
		"no VNC": {
			options: []novatest.Option{novatest.WithoutVNC()},
			kind:    api.ErrRefused, want: "HTTP 400: code badRequest: Unavailable console type novnc.", hint: "The cloud offers no noVNC console",
		},
		"another call": {
			path: huaweiPath + "/more",
			kind: api.ErrRefused, want: "HTTP 404: code itemNotFound: The resource could not be found.", hint: "The compute service does not know this call.",
		},
		"older version": {
			path: "/v2/" + identitytest.ProjectID,
			kind: api.ErrRefused, want: "code itemNotFound: The resource could not be found.", hint: "ends with its version, such as /v2.1",
		},
		"microversion refused": {
			options: []novatest.Option{novatest.WithMicroversions(3)},
			kind:    api.ErrRefused, want: "HTTP 406: code computeFault: Version 2.6 is not supported", hint: "does not offer the microversion 2.6",
		},
		"choices": {
			answers: []http.HandlerFunc{identitytest.Body(300, "application/json", `{"choices":[]}`)},
			kind:    api.ErrRefused, want: "HTTP 300: ", hint: "ends with its version",
		},
		"html": {
			answers: []http.HandlerFunc{html, html, html, html, html, html},
			kind:    api.ErrBusy, want: "HTTP 503: the answer is not an error in the form of this service; it begins: <html><h1>503",
		},
		"forbidden": {
			answers: []http.HandlerFunc{identitytest.Body(403, "application/json", `{"forbidden":{"code":403,"message":"Policy doesn't allow it."}}`)},
			kind:    api.ErrDenied, want: "HTTP 403: code forbidden: Policy doesn't allow it.",
		},
		"error of Huawei ECS": {
			answers: []http.HandlerFunc{identitytest.Body(500, "application/json", `{"error":{"code":"Ecs.0000","message":"Internal"}}`)},
			want:    "HTTP 500: code Ecs.0000: Internal",
		},
		"redirect": {
			answers: []http.HandlerFunc{identitytest.Redirect("https://elsewhere.example.com/x?token=secret")},
			want:    "HTTP 307: the answer is a redirect to https://elsewhere.example.com", hint: "The provider does not follow redirects",
		},
		"empty": {answers: []http.HandlerFunc{identitytest.Body(200, "application/json", "")}, want: "not the JSON of a remote console; it is empty"},
		"half":  {answers: []http.HandlerFunc{identitytest.Body(200, "application/json", `{"remote_console":{"url":"https://secret`)}, want: "are not shown"},
		"no url": {
			answers: []http.HandlerFunc{identitytest.Body(200, "application/json", `{"remote_console":{"type":"novnc"}}`)},
			want:    "the url in the answer is not an absolute http or https address",
		},
		"another scheme": {
			answers: []http.HandlerFunc{identitytest.Body(200, "application/json", `{"remote_console":{"url":"javascript://secret/x"}}`)},
			want:    "the url in the answer is not an absolute http or https address",
		},
		"relative": {
			answers: []http.HandlerFunc{identitytest.Body(200, "application/json", `{"remote_console":{"url":"/vnc?token=secret"}}`)},
			want:    "the url in the answer is not an absolute http or https address",
		},
		"echoed token": {
			answers: []http.HandlerFunc{identitytest.Body(400, "application/json", `{"badRequest":{"code":400,"message":"bad token gAAAA-secret"}}`)},
			want:    "bad token ***",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, server := start(t, tt.options...)
			server.Answer(tt.answers...)
			if tt.prepare != nil {
				tt.prepare(server)
			}
			path := huaweiPath
			if tt.path != "" {
				path = tt.path
			}
			var credentials identity.Credentials = &identity.Signer{
				AccessKey: identitytest.AccessKey, SecretKey: identitytest.SecretKey, ProjectID: identitytest.ProjectID,
			}
			if name == "echoed token" {
				credentials = identity.NewToken("gAAAA-secret")
			}
			_, err := newClient(t, server, credentials, path).RemoteConsole(t.Context(), serverID)
			var e *api.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if tt.kind != nil && !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("error %v\nhint %s", err, e.Hint)
			}
			if e.Operation != "POST /servers/{server_id}/remote-consoles" || e.Service != "nova" {
				t.Errorf("operation %q of %q", e.Operation, e.Service)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error contains a secret: %v", err)
			}
			if name != "html" && len(server.Requests()) != 1 {
				t.Errorf("%d requests, want 1", len(server.Requests()))
			}
		})
	}
}
