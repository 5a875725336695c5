package identitytest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

// The fake must refuse requests that the documents do not allow. Otherwise
// tests with it would prove nothing.
func TestServer_isStrict(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	const (
		user  = `"user":{"name":"ada","password":"` + identitytest.Password + `","domain":{"name":"acme"}}`
		scope = `"scope":{"project":{"id":"` + identitytest.ProjectID + `"}}`
	)
	for name, tt := range map[string]struct {
		body   string
		status int
	}{
		"as documented":     {`{"auth":{"identity":{"methods":["password"],"password":{` + user + `}},` + scope + `}}`, 201},
		"unscoped":          {`{"auth":{"identity":{"methods":["password"],"password":{` + user + `}}}}`, 201},
		"wrong password":    {`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ada","password":"x","domain":{"name":"acme"}}}}}}`, 401},
		"no domain":         {`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ada","password":"` + identitytest.Password + `"}}}}}`, 401},
		"other project":     {`{"auth":{"identity":{"methods":["password"],"password":{` + user + `}},"scope":{"project":{"id":"x"}}}}`, 401},
		"no method":         {`{"auth":{"identity":{"methods":[],"password":{` + user + `}}}}`, 400},
		"unknown field":     {`{"auth":{"identity":{"methods":["password"],"password":{` + user + `},"x":1}}}`, 400},
		"credential":        {`{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"` + identitytest.CredentialID + `","secret":"` + identitytest.CredentialSecret + `"}}}}`, 201},
		"scoped credential": {`{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"` + identitytest.CredentialID + `","secret":"` + identitytest.CredentialSecret + `"}},` + scope + `}}`, 401},
		"garbage":           {`{`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, cloud.URL+"/v3/auth/tokens", strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != tt.status || (resp.Header.Get("X-Subject-Token") != "") != (tt.status == 201) {
				t.Errorf("status %d, token %q: %s", resp.StatusCode, resp.Header.Get("X-Subject-Token"), body)
			}
		})
	}
}

func TestServer_Authenticate(t *testing.T) {
	t.Parallel()
	cloud := identitytest.New()
	token := cloud.Issue()
	ask := func(header http.Header) error {
		return cloud.Authenticate(&http.Request{Method: http.MethodGet, RequestURI: "/", Header: header}, nil)
	}
	signed := func(date, signed string) http.Header {
		return http.Header{
			"X-Sdk-Date": {date}, "X-Project-Id": {identitytest.ProjectID},
			"Authorization": {"SDK-HMAC-SHA256 Access=" + identitytest.AccessKey + ", SignedHeaders=" + signed + ", Signature=" + strings.Repeat("0", 64)},
		}
	}
	now := time.Now().UTC().Format("20060102T150405Z")
	for name, tt := range map[string]struct {
		header http.Header
		want   string
	}{
		"nothing":           {http.Header{}, "requires authentication"},
		"a token":           {http.Header{"X-Auth-Token": {token}}, ""},
		"another token":     {http.Header{"X-Auth-Token": {"x"}}, "requires authentication"},
		"two ways":          {http.Header{"X-Auth-Token": {token}, "Authorization": {"x"}}, "requires authentication"},
		"another algorithm": {http.Header{"Authorization": {"AWS4-HMAC-SHA256 x"}}, "format incorrect"},
		"an old date":       {signed(time.Now().Add(-16*time.Minute).UTC().Format("20060102T150405Z"), "host;x-project-id;x-sdk-date"), "x-sdk-date expired"},
		"no date":           {signed("", "host;x-project-id;x-sdk-date"), "x-sdk-date format incorrect"},
		"date not signed":   {signed(now, "host;x-project-id"), "x-sdk-date must be signed"},
		"not sorted":        {signed(now, "x-sdk-date;host;x-project-id"), "not sorted"},
		"project unsigned":  {signed(now, "host;x-sdk-date"), "x-project-id"},
		"wrong signature":   {signed(now, "host;x-project-id;x-sdk-date"), "verify aksk signature fail"},
	} {
		err := ask(tt.header)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	cloud.SetClock(25 * time.Hour)
	if err := ask(http.Header{"X-Auth-Token": {token}}); err == nil {
		t.Error("the token does not expire")
	}
}
