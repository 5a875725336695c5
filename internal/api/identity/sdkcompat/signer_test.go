package sdkcompat

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

// bySDK returns the Authorization header that the SDK would send with the
// request and these signed headers.
func bySDK(t *testing.T, req *http.Request, body, secret string, names ...string) string {
	t.Helper()
	builder := request.NewHttpRequestBuilder().WithMethod(req.Method).WithEndpoint("https://" + req.URL.Host).WithPath(req.URL.Path)
	for name, values := range req.URL.Query() {
		builder.AddQueryParam(name, reflect.ValueOf(values))
	}
	for _, name := range names {
		value := req.Header.Get(name)
		if name == "host" {
			value = req.URL.Host
		}
		builder.AddHeaderParam(name, value)
	}
	if body != "" {
		builder.WithBody("body", body)
	}
	headers, err := signer.Sign(builder.Build(), identitytest.AccessKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	return headers["Authorization"]
}

// capture is a transport that stores the request.
type capture struct{ sent *http.Request }

func (c *capture) RoundTrip(req *http.Request) (*http.Response, error) {
	c.sent = req
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
}

// text returns a random text that can be a segment of a path or a value.
func text(r *rand.Rand) string {
	const letters = "abcXYZ019-_.~ !\"#$%&'()*+,:;<=>?@[]^`{|}äß云桌面\t"
	runes := []rune(letters)
	var b strings.Builder
	for range 1 + r.IntN(12) {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

func randomRequest(t *testing.T, r *rand.Rand) (req *http.Request, body string) {
	t.Helper()
	var segments []string
	for range r.IntN(4) {
		segments = append(segments, url.PathEscape(text(r)))
	}
	query := url.Values{}
	for range r.IntN(5) {
		// Only simple names with one value each, because the SDK sorts before
		// it escapes and the document after that.
		query.Set([]string{"a", "a-b", "a_b", "B", "limit", "x.y"}[r.IntN(6)], text(r))
	}
	address := "https://service.region.example.com/" + strings.Join(segments, "/")
	if r.IntN(4) == 0 {
		address = strings.TrimSuffix(address, "/") + "/"
	}
	method := http.MethodGet
	if r.IntN(2) == 0 {
		method, body = http.MethodPost, `{"text":"`+url.QueryEscape(text(r))+`"}`
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address+"?"+query.Encode(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req, body
}

func TestSigner_sameAsTheSDK(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // The same requests in every run.
	for range 2000 {
		req, body := randomRequest(t, r)
		names := []string{"host", "X-Project-Id", "X-Sdk-Date"}
		credentials := identity.Signer{AccessKey: identitytest.AccessKey, SecretKey: text(r), ProjectID: identitytest.ProjectID}
		if r.IntN(2) == 0 {
			credentials.SecurityToken = "token"
			names = append(names, "X-Security-Token")
		}
		var wire capture
		resp, err := credentials.Wrap(&wire).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		got := wire.sent.Header.Get("Authorization")
		if want := bySDK(t, wire.sent, body, credentials.SecretKey, names...); got != want {
			t.Fatalf("%s %s\n%s\nthe SDK says\n%s", req.Method, req.URL, got, want)
		}
	}
}

// The fake accepts requests that the SDK signs, so it requires the same
// algorithm from the provider.
func TestServer_acceptsTheSDK(t *testing.T) {
	t.Parallel()
	cloud := identitytest.New()
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // The same requests in every run.
	for range 500 {
		req, body := randomRequest(t, r)
		incoming := httptest.NewRequestWithContext(t.Context(), req.Method, req.URL.String(), strings.NewReader(body))
		incoming.RequestURI = req.URL.RequestURI()
		incoming.Header.Set("X-Project-Id", identitytest.ProjectID)
		incoming.Header.Set("X-Sdk-Date", cloud.Now().UTC().Format("20060102T150405Z"))
		incoming.Header.Set("Authorization", bySDK(t, incoming, body, identitytest.SecretKey, "X-Project-Id", "X-Sdk-Date"))
		received, err := io.ReadAll(incoming.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := cloud.Authenticate(incoming, received); err != nil {
			t.Fatalf("%s %s: %v", req.Method, req.URL, err)
		}
		if err := cloud.Authenticate(incoming, append(received, ' ')); err == nil {
			t.Fatal("the fake accepts a body that was not signed")
		}
	}
}
