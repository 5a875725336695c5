package cvmtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const testBody = `{"InstanceId":"ins-r9hr2upy"}`

// send sends a request. change changes it before it is signed, and tamper after
// that.
func send(t *testing.T, s *Server, body string, change, tamper func(*http.Request)) (url, code string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://cvm.example.com/", strings.NewReader(body))
	for name, value := range map[string]string{
		"Content-Type": "application/json", "X-TC-Action": "DescribeInstanceVncUrl", "X-TC-Version": "2017-03-12",
		"X-TC-Region": "ap-beijing", "X-TC-Timestamp": strconv.FormatInt(time.Now().Unix(), 10),
	} {
		r.Header.Set(name, value)
	}
	if change != nil {
		change(r)
	}
	signed := []string{"content-type", "host", "x-tc-action"}
	r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential=AKID/"+time.Now().UTC().Format(time.DateOnly)+
		"/cvm/tc3_request, SignedHeaders="+strings.Join(signed, ";")+
		", Signature="+signature(r, []byte(body), signed, "key", time.Now(), "cvm"))
	if tamper != nil {
		tamper(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var answer struct {
		Response struct {
			InstanceVncURL string `json:"InstanceVncUrl"`
			RequestID      string `json:"RequestId"`
			Error          struct{ Code, Message string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Response.RequestID == "" {
		t.Fatalf("HTTP %d, %q: %v", w.Code, w.Body, err)
	}
	return answer.Response.InstanceVncURL, answer.Response.Error.Code
}

// The fake must refuse requests that the documents do not allow. Otherwise
// tests with it would prove nothing.
func TestServer_isStrict(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, tt := range map[string]struct {
		body           string
		change, tamper func(*http.Request)
		code           string
	}{
		"as documented":     {testBody, nil, nil, ""},
		"unsigned":          {testBody, nil, func(r *http.Request) { r.Header.Del("Authorization") }, "AuthFailure.InvalidAuthorization"},
		"changed body":      {testBody, nil, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{}`)) }, "AuthFailure.SignatureFailure"},
		"changed header":    {testBody, nil, set("X-TC-Action", "TerminateInstances"), "AuthFailure.SignatureFailure"},
		"changed host":      {testBody, nil, func(r *http.Request) { r.Host = "other" }, "AuthFailure.SignatureFailure"},
		"changed query":     {testBody, nil, func(r *http.Request) { r.URL.RawQuery = "a=b" }, "AuthFailure.SignatureFailure"},
		"unexpected token":  {testBody, set("X-TC-Token", "t"), nil, "AuthFailure.TokenFailure"},
		"no timestamp":      {testBody, func(r *http.Request) { r.Header.Del("X-TC-Timestamp") }, nil, "MissingParameter"},
		"old timestamp":     {testBody, set("X-TC-Timestamp", "1551113065"), nil, "AuthFailure.SignatureExpire"},
		"other action":      {testBody, set("X-TC-Action", "DescribeInstances"), nil, "InvalidAction"},
		"other version":     {testBody, set("X-TC-Version", "2016-01-01"), nil, "NoSuchVersion"},
		"no region":         {testBody, func(r *http.Request) { r.Header.Del("X-TC-Region") }, nil, "MissingParameter"},
		"no such region":    {testBody, set("X-TC-Region", "mars"), nil, "UnsupportedRegion"},
		"form":              {testBody, set("Content-Type", "application/x-www-form-urlencoded"), nil, "UnsupportedProtocol"},
		"GET":               {testBody, func(r *http.Request) { r.Method = http.MethodGet }, nil, "UnsupportedProtocol"},
		"no id":             {`{}`, nil, nil, "MissingParameter"},
		"unknown parameter": {`{"InstanceId":"ins-r9hr2upy","Limit":1}`, nil, nil, "UnknownParameter"},
		"malformed id":      {`{"InstanceId":"ins-1122"}`, nil, nil, "InvalidInstanceId.Malformed"},
		"unknown id":        {`{"InstanceId":"ins-00000000"}`, nil, nil, "InvalidInstanceId.NotFound"},
		"no JSON":           {`InstanceId`, nil, nil, "InvalidParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Credential{SecretID: "AKID", SecretKey: "key"})
			s.Put("ap-beijing", "ins-r9hr2upy")
			if url, code := send(t, s, tt.body, tt.change, tt.tamper); code != tt.code || (url == "") != (code != "") {
				t.Errorf("code %q, url %q; want code %q", code, url, tt.code)
			}
		})
	}
}

func TestServer_allowsTenPerSecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Credential{SecretID: "AKID", SecretKey: "key"})
		s.Put("ap-beijing", "ins-r9hr2upy")
		for range 10 {
			if _, code := send(t, s, testBody, nil, nil); code != "" {
				t.Fatal(code)
			}
		}
		if _, code := send(t, s, testBody, nil, nil); code != "RequestLimitExceeded" {
			t.Errorf("the eleventh: code %q", code)
		}
		time.Sleep(time.Second)
		if _, code := send(t, s, testBody, nil, nil); code != "" {
			t.Errorf("a second later: code %q", code)
		}
	})
}

func TestServer_expiredLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Credential{SecretID: "AKID", SecretKey: "key"})
		s.Put("ap-beijing", "ins-r9hr2upy")
		const page = "https://img.qcloud.com/qcloud/app/active_vnc/index.html?InstanceVncUrl="
		first, _ := send(t, s, testBody, nil, nil)
		second, _ := send(t, s, testBody, nil, nil)
		if err := s.Open(page + first); err != nil {
			t.Error(err)
		}
		if s.Open(page+first) == nil {
			t.Error("a link opens twice")
		}
		time.Sleep(16 * time.Second)
		if s.Open(page+second) == nil {
			t.Error("a link opens after 16 seconds")
		}
		if n := len(s.Tickets()); n != 2 {
			t.Errorf("%d tickets, want 2", n)
		}
	})
}
