package s3

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

func newAnswer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r, ContentLength: int64(len(body))}
}

// answers gives the same answer to every request.
type answers struct {
	status int
	body   string
	header http.Header
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	resp := newAnswer(r, a.status, a.body)
	if a.header != nil {
		resp.Header = a.header
	}
	return resp, nil
}

func TestError_saysWhatToDo(t *testing.T) {
	t.Parallel()
	code := func(code string) string {
		return "<Error><Code>" + code + "</Code><Message>Of the service.</Message><RequestId>r1</RequestId></Error>"
	}
	const address = "s3://bucket/prefix?region=eu-central-1"
	for name, c := range map[string]struct {
		answer            answers
		list, get, create string
	}{
		"clock":  {answers{status: 403, body: code("RequestTimeTooSkewed")}, "clock of this machine", "clock of this machine", "clock of this machine"},
		"key":    {answers{status: 403, body: code("InvalidAccessKeyId")}, "check AWS_ACCESS_KEY_ID", "check AWS_ACCESS_KEY_ID", "check AWS_ACCESS_KEY_ID"},
		"secret": {answers{status: 403, body: code("SignatureDoesNotMatch")}, "check AWS_SECRET_ACCESS_KEY", "", ""},
		"token":  {answers{status: 400, body: code("ExpiredToken")}, "sign in again", "", ""},
		"denied": {
			answers{status: 403, body: code("AccessDenied")},
			"allow s3:ListBucket on arn:aws:s3:::bucket for",
			"allow s3:GetObject on arn:aws:s3:::bucket/prefix/* for these credentials, and s3:ListBucket", "allow s3:GetObject",
		},
		"deleted":        {answers{status: 404, body: code("NoSuchBucket")}, "create the bucket", "create the bucket", "create the bucket"},
		"region":         {answers{status: 301, body: "<Error><Code>PermanentRedirect</Code></Error>", header: http.Header{"X-Amz-Bucket-Region": {"us-west-2"}}}, "write region=us-west-2", "", ""},
		"region in body": {answers{status: 400, body: "<Error><Code>AuthorizationHeaderMalformed</Code><Region>us-west-2</Region></Error>"}, "write region=us-west-2", "", ""},
		"redirect":       {answers{status: 302}, "the endpoint redirects", "", ""},
		"html":           {answers{status: 403, body: "<html>Forbidden by the proxy"}, "answered 403 to LIST prefix/results/", "", ""},
		"broken listing": {answers{status: 200, body: "<html>"}, "cannot be read", "-", "-"},
	} {
		s := openThrough(t, address, c.answer)
		_, listErr := s.client.list(t.Context(), "results/")
		_, getErr := s.client.get(t.Context(), "results/a")
		_, createErr := s.Create(t.Context(), "results/a", nil)
		for want, err := range map[string]error{c.list: listErr, c.get: getErr, c.create: createErr} {
			if want != "-" && (err == nil || errors.Is(err, inbox.ErrNotExist) || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
			if err != nil && strings.Contains(err.Error(), s3test.SecretKey) {
				t.Errorf("%s: %v shows the secret key", name, err)
			}
		}
	}
}

func TestStore_errorsOfARealServer(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	s := server(t)
	address := s.Address(newBucket(t, s))
	for want, c := range map[string]struct {
		address     string
		credentials *credentials.Credentials
	}{
		"check AWS_ACCESS_KEY_ID":     {address, credentials.NewStaticV4("nobody", s3test.SecretKey, "")},
		"check AWS_SECRET_ACCESS_KEY": {address, credentials.NewStaticV4(s3test.AccessKey, "wrong", "")},
		"create the bucket":           {s.Address("no-such-bucket"), s3test.Credentials()},
		"no credentials":              {address, awscredentials.New(awscredentials.Config{})},
	} {
		store, err := New(Config{Address: c.address, HTTPClient: &http.Client{Transport: newTransport(t)}, Credentials: c.credentials, Pause: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		_, listErr := store.List(t.Context(), "")
		_, createErr := store.Create(t.Context(), "results/a", nil)
		for call, err := range map[string]error{"List": listErr, "Create": createErr} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s returned %v, want %q", call, err, want)
			}
		}
	}
}

func TestStore_unreachableServer(t *testing.T) {
	t.Parallel()
	const address = "s3://bucket?endpoint=http://127.0.0.1:1"
	_, err := open(t, address).List(t.Context(), "")
	for _, want := range []string{"no answer from the bucket at 127.0.0.1:1", "check the endpoint", "refused"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("List returned %v, want %q", err, want)
		}
	}
}

func TestStore_deletedBucket(t *testing.T) {
	t.Parallel()
	s := server(t)
	bucket := newBucket(t, s)
	store := open(t, s.Address(bucket))
	if _, err := store.Create(t.Context(), "orders/a/intent", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveBucket(bucket); err != nil {
		t.Fatal(err)
	}
	_, getErr := store.Get(t.Context(), "results/a")
	_, listErr := store.List(t.Context(), "results/")
	_, createErr := store.Create(t.Context(), "results/a", nil)
	for call, err := range map[string]error{"Get": getErr, "List": listErr, "Create": createErr, "Delete": store.Delete(t.Context(), "orders/a/intent")} {
		if err == nil || errors.Is(err, inbox.ErrNotExist) || !strings.Contains(err.Error(), "NoSuchBucket") {
			t.Errorf("%s returned %v", call, err)
		}
	}
}

func TestStore_deniedPermissionIsNotAbsence(t *testing.T) {
	t.Parallel()
	p, address := proxy(t)
	s := open(t, address)
	if _, err := s.Create(t.Context(), "results/a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	for method, want := range map[string]string{http.MethodPut: "s3:PutObject", http.MethodDelete: "s3:DeleteObject", http.MethodGet: "s3:"} {
		var denied atomic.Int32
		p.Fail(func(r *http.Request) s3test.Fault {
			if r.Method == method {
				denied.Add(1)
				return s3test.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
			}
			return s3test.Fault{}
		})
		_, getErr := s.Get(t.Context(), "results/a")
		_, listErr := s.List(t.Context(), "")
		_, createErr := s.Create(t.Context(), "results/b", nil)
		err := errors.Join(getErr, listErr, createErr, s.Delete(t.Context(), "results/c"))
		if err == nil || errors.Is(err, inbox.ErrNotExist) || !strings.Contains(err.Error(), want) || denied.Load() > 3 {
			t.Errorf("%s is denied %d times: %v, want %q", method, denied.Load(), err, want)
		}
	}
}

func TestNew_invalidAddresses(t *testing.T) { //nolint:paralleltest // The environment of others names a region.
	for address, want := range map[string]string{
		"s3:bucket":                           "not the address of a bucket",
		"https://bucket":                      "not the address of a bucket",
		"s3://":                               `"" is not the name of a bucket`,
		"s3://Bucket?region=a":                `"Bucket" is not the name of a bucket`,
		"s3://key:secret@bucket?region=a":     "set AWS_ACCESS_KEY_ID",
		"s3://bucket":                         "it names no region",
		"s3://bucket?regoin=a":                `"regoin" is not an option of a bucket`,
		"s3://bucket?region=a&region=b":       "region must have one value",
		"s3://bucket?region=":                 "region must have one value",
		"s3://bucket?region=a#b":              "fragment",
		"s3://bucket/../x?region=a":           "prefix",
		"s3://bucket/a b?region=a":            "prefix",
		"s3://bucket?endpoint=ftp://host":     "endpoint must be a host",
		"s3://bucket?endpoint=http://h/x":     "endpoint must be a host",
		"s3://bucket?endpoint=h&path_style=x": "path_style must be true or false",
		"s3://bucket?region=%zz":              "cannot be parsed",
	} {
		if _, err := New(Config{Address: address}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

func TestNew_findsHostAndStyle(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	for address, want := range map[string]string{
		"s3://bucket":                                                   "https://bucket.s3.eu-west-1.amazonaws.com/ eu-west-1 ",
		"s3://my.bucket/a/?region=us-east-1":                            "https://s3.us-east-1.amazonaws.com/my.bucket/ us-east-1 a/",
		"s3://bucket/a/B_1?endpoint=http://127.0.0.1:9000":              "http://127.0.0.1:9000/bucket/ eu-west-1 a/B_1/",
		"s3://bucket?endpoint=minio.example.com":                        "https://minio.example.com/bucket/ eu-west-1 ",
		"s3://bucket?endpoint=minio.example.com&path_style=false":       "https://bucket.minio.example.com/ eu-west-1 ",
		"s3://bucket?endpoint=obs.cn-north-4.myhuaweicloud.com":         "https://bucket.obs.cn-north-4.myhuaweicloud.com/ eu-west-1 ",
		"s3://bucket?endpoint=https://cos.ap-guangzhou.myqcloud.com":    "https://bucket.cos.ap-guangzhou.myqcloud.com/ eu-west-1 ",
		"s3://bucket?endpoint=s3.oss-cn-hangzhou.aliyuncs.com&region=x": "https://bucket.s3.oss-cn-hangzhou.aliyuncs.com/ x ",
	} {
		l, err := parse(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if got := fmt.Sprint(l.base, " ", l.region, " ", l.prefix); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
