package cvmtest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The example of Tencent Cloud's documentation, "API Signature v3".
func TestSignature_documentExample(t *testing.T) {
	t.Parallel()
	body := []byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://cvm.tencentcloudapi.com/", nil)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("X-TC-Timestamp", "1551113065")
	const header = "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, " +
		"SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
	claimed, ok := parseAuthorization(header)
	if !ok {
		t.Fatal("the header of the example is refused")
	}
	got := signature(r, body, claimed.signedHeaders, "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", time.Unix(1551113065, 0), "cvm")
	if got != claimed.signature {
		t.Errorf("the signature is %s, the document says %s", got, claimed.signature)
	}
}

func TestParseAuthorization_refuses(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"",
		"Bearer x",
		"TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host",
		"TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=host, Signature=00",
		"TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=host;content-type, Signature=00",
	} {
		if _, ok := parseAuthorization(header); ok {
			t.Errorf("%q is taken", header)
		}
	}
}
