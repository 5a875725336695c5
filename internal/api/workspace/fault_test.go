package workspace_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

// read returns the first error.
func read(t *testing.T, client *workspace.Client) error {
	t.Helper()
	for _, err := range client.LoginRecords(t.Context(), workspace.LoginRecordsInput{}) {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestLoginRecords_faults(t *testing.T) {
	t.Parallel()
	gateway := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { identitytest.GatewayFault(w, status, code, "no") }
	}
	html := identitytest.Body(http.StatusServiceUnavailable, "text/html", "<html>503 Service Unavailable</html>")
	json := func(body string) http.HandlerFunc { return identitytest.Body(http.StatusOK, "application/json", body) }
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		kind    error
		want    string
		hint    string
	}{
		"400": {answers: []http.HandlerFunc{gateway(400, "WKS.0400")}, kind: api.ErrRefused, want: "HTTP 400: code WKS.0400: no (request 7dee64bb41c3bfd2fb0f5f4d47a1cbd8)"},
		"403": {answers: []http.HandlerFunc{gateway(403, "WKS.0403")}, kind: api.ErrDenied, want: "HTTP 403", hint: "Check that project_id"},
		"404": {answers: []http.HandlerFunc{gateway(404, "APIGW.0101")}, kind: api.ErrNotFound, want: "HTTP 404"},
		"405": {answers: []http.HandlerFunc{gateway(405, "WKS.0405")}, kind: api.ErrRefused, want: "HTTP 405"},
		"500": {answers: []http.HandlerFunc{gateway(500, "WKS.0500")}, want: "HTTP 500: code WKS.0500"},
		"503": {answers: []http.HandlerFunc{html, html, html, html, html, html}, kind: api.ErrBusy, want: "HTTP 503: the answer is not an error in the form of this service; it begins: <html>503"},
		"redirect": {
			answers: []http.HandlerFunc{identitytest.Redirect("https://elsewhere.example.com")},
			want:    "redirect to https://elsewhere.example.com", hint: "The provider does not follow redirects",
		},
		"empty":         {answers: []http.HandlerFunc{json("")}, want: "not the JSON of login records; it is empty"},
		"half":          {answers: []http.HandlerFunc{json(`{"total_count":1,"rec`)}, want: "not the JSON of login records; it begins: {"},
		"no total":      {answers: []http.HandlerFunc{json(`{"records":[]}`)}, want: "lacks total_count or records"},
		"no records":    {answers: []http.HandlerFunc{json(`{"total_count":3}`)}, want: "lacks total_count or records"},
		"wrong type":    {answers: []http.HandlerFunc{json(`{"total_count":1,"records":[{"network_rtt":"fast"}]}`)}, want: "not the JSON of login records"},
		"too many once": {answers: []http.HandlerFunc{gateway(429, "APIGW.0308")}},
		"503 once":      {answers: []http.HandlerFunc{html}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			server.SetCount(1)
			server.Answer(tt.answers...)
			err := read(t, client)
			if tt.want == "" {
				if err != nil || len(server.Requests()) != 2 {
					t.Errorf("%d requests, error %v", len(server.Requests()), err)
				}
				return
			}
			var e *api.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if tt.kind != nil && !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("error %v\nhint %s", err, e.Hint)
			}
			if e.Service != "workspace" || e.Operation != "GET /v2/{project_id}/connections/desktops" {
				t.Errorf("operation %q of %q", e.Operation, e.Service)
			}
		})
	}
}

// Reading must end if the service ignores the offset.
func TestLoginRecords_samePageAgain(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.SetCount(5000)
	again := func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "limit=1000&offset=0"
		server.ServeHTTP(w, r)
	}
	server.Answer(again, nil, again, nil) // For nil, the server answers.
	if err := read(t, client); err == nil || !strings.Contains(err.Error(), "returns the same page of records again at offset 2000") {
		t.Errorf("error %v", err)
	}
}

func TestLoginRecords_credentials(t *testing.T) {
	t.Parallel()
	signer := func(secret string) identity.Credentials {
		return &identity.Signer{AccessKey: identitytest.AccessKey, SecretKey: secret, ProjectID: identitytest.ProjectID}
	}
	for name, tt := range map[string]struct {
		credentials identity.Credentials
		clock       time.Duration
		project     string
		want, hint  string
	}{
		"signed":             {credentials: signer(identitytest.SecretKey)},
		"wrong secret":       {credentials: signer("wrong"), want: "verify aksk signature fail", hint: "Check access_key and secret_key"},
		"clock skew":         {credentials: signer(identitytest.SecretKey), clock: 30 * time.Minute, want: "x-sdk-date expired", hint: "The clock of this machine is 30m0s behind"},
		"wrong token":        {credentials: identity.NewToken("gAAAA-wrong"), want: "HTTP 401: code APIGW.0301", hint: "the provider cannot renew it"},
		"project of another": {credentials: signer(identitytest.SecretKey), project: "13c67a214ced4afb88d911ae4bd5721a", want: "HTTP 403", hint: "Check that project_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := identitytest.Start(t)
			cloud.SetClock(tt.clock)
			project := identitytest.ProjectID
			if tt.project != "" {
				project = tt.project
			}
			server := workspacetest.Start(t, cloud)
			err := read(t, newClient(t, server, tt.credentials, project))
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *api.Error
			if !errors.As(err, &e) || !errors.Is(err, api.ErrDenied) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("error %#v", err)
			}
			if got := len(server.Requests()); got != 1 {
				t.Errorf("%d requests, want 1", got)
			}
		})
	}
}
