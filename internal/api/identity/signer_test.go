package identity

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

func newSigned(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// The example of Huawei's document "API signing algorithm", with the key and
// the result from the tests of Huawei's SDKs.
func TestSigner_publishedVector(t *testing.T) {
	t.Parallel()
	req := newSigned(t, http.MethodGet, "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0", "")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Sdk-Date", "20191115T033655Z")
	signer := Signer{AccessKey: "QTWAOYTTINDUT2QVKYUC", SecretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"}
	got, err := signer.signature(req, []string{"content-type", "host", "x-sdk-date"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestSigner_canonicalForm(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"https://h":                   "/?",
		"https://h/":                  "/?",
		"https://h/a/b":               "/a/b/?",
		"https://h/a%2Fb/%E4%B8%AD c": "/a%2Fb/%E4%B8%AD%20c/?",
		"https://h/a?x=~*+%2B":        "/a/?x=~%2A%20%2B",
		// The order is by name, then by value. Sorting the joined pairs would
		// put a-b before a.
		"https://h/a?a-b=1&a=2&a=1": "/a/?a=1&a=2&a-b=1",
	} {
		req := newSigned(t, http.MethodGet, strings.ReplaceAll(target, " ", "%20"), "")
		if got := canonicalPath(req.URL) + "?" + canonicalQuery(req.URL.Query()); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

func TestSigner_headers(t *testing.T) {
	t.Parallel()
	req := newSigned(t, http.MethodPost, "https://ecs.example.com/v2.1/p/servers/s/remote-consoles", "{}")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-OpenStack-Nova-API-Version", "2.6")
	signer := Signer{AccessKey: "AK", SecretKey: "SK", SecurityToken: "temporary", ProjectID: "p"}
	if err := signer.sign(req, time.Date(2026, 5, 4, 3, 2, 1, 0, time.FixedZone("CST", 8*3600))); err != nil {
		t.Fatal(err)
	}
	authorization := req.Header.Get("Authorization")
	const want = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-openstack-nova-api-version;x-project-id;x-sdk-date;x-security-token, Signature="
	if !strings.HasPrefix(authorization, want) {
		t.Errorf("Authorization: %s\nwant          %s…", authorization, want)
	}
	if got := req.Header.Get("X-Sdk-Date"); got != "20260503T190201Z" {
		t.Errorf("X-Sdk-Date %s", got)
	}
}

func TestSigner_hint(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		skew time.Duration
		want string
	}{
		"right clock": {0, "Check access_key"},
		"behind":      {time.Hour, "1h0m0s behind the clock of the service"},
		"ahead":       {-20 * time.Minute, "20m0s ahead of the clock of the service"},
	} {
		answer := &api.Answer{Header: http.Header{"Date": {time.Now().Add(tt.skew).UTC().Format(http.TimeFormat)}}}
		if got := (&Signer{}).Hint(answer); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
