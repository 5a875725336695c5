package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// newClient returns a client of the service at endpoint.
func newClient(t *testing.T, endpoint string, cfg api.TransportConfig) *api.Client {
	t.Helper()
	u, err := api.ParseEndpoint(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.NewHTTPClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return &api.Client{Service: "test", Endpoint: u, HTTP: client}
}

// serve starts a server that ends with the test.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// failure makes a call that must fail.
func failure(t *testing.T, client *api.Client, call api.Call) *api.Error {
	t.Helper()
	answer, err := client.Send(t.Context(), call)
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("got the answer %+v and the error %v, want an *api.Error", answer, err)
	}
	return e
}

var get = api.Call{Method: http.MethodGet, Path: "/x"}

type request struct {
	Method, URI, Host, Body string
	Header                  http.Header
}

func TestSend_request(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path   string
		header http.Header
		call   api.Call
		want   request
	}{
		"get": {
			call: api.Call{Method: "GET", Path: "/api/user/{username}/desktops", Params: []string{"dev_01"}},
			want: request{Method: "GET", URI: "/api/user/dev_01/desktops"},
		},
		"a name with characters that must be escaped": {
			call: api.Call{Method: "GET", Path: "/api/{a}/{b}/x", Params: []string{"a/../b c%2F?#", "…/张三;x=1"}},
			want: request{Method: "GET", URI: "/api/a%2F..%2Fb%20c%252F%3F%23/%E2%80%A6%2F%E5%BC%A0%E4%B8%89%3Bx=1/x"},
		},
		"dots inside a name": {
			call: api.Call{Method: "GET", Path: "/{a}", Params: []string{"..a"}},
			want: request{Method: "GET", URI: "/..a"},
		},
		"query": {
			call: api.Call{Method: "GET", Path: "/x", Query: url.Values{"b": {"1 2"}, "a": {"&"}}},
			want: request{Method: "GET", URI: "/x?a=%26&b=1+2"},
		},
		"endpoint with a path": {
			path: "/base%2Fpath/",
			call: get,
			want: request{Method: "GET", URI: "/base%2Fpath/x"},
		},
		"body": {
			call: api.Call{Method: "POST", Path: "/x", Body: map[string]any{"b": "<", "a": 1}},
			want: request{Method: "POST", URI: "/x", Body: `{"a":1,"b":"\u003c"}`, Header: http.Header{"Content-Type": {"application/json"}}},
		},
		"headers": {
			header: http.Header{"Authorization": {"Bearer t"}, "X-Many": {"1", "2"}, "Host": {"virtual.example"}, "User-Agent": {"other"}, "Accept": {"text/html"}},
			call:   get,
			want:   request{Method: "GET", URI: "/x", Host: "virtual.example", Header: http.Header{"Authorization": {"Bearer t"}, "X-Many": {"1", "2"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got request
			server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				got = request{r.Method, r.RequestURI, r.Host, string(body), r.Header}
			})
			client := newClient(t, server.URL+tc.path, api.TransportConfig{UserAgent: "test/1"})
			client.Header = tc.header
			if _, err := client.Send(t.Context(), tc.call); err != nil {
				t.Fatal(err)
			}
			if tc.want.Host == "" {
				tc.want.Host = client.Endpoint.Host
			}
			if tc.want.Header == nil {
				tc.want.Header = http.Header{}
			}
			tc.want.Header.Set("User-Agent", "test/1")
			tc.want.Header.Set("Accept", "application/json")
			ignored := cmpopts.IgnoreMapEntries(func(name string, _ []string) bool { return name == "Accept-Encoding" || name == "Content-Length" })
			if diff := cmp.Diff(tc.want, got, ignored); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSend_nameThatCannotBeInAPath(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	client := newClient(t, server.URL, api.TransportConfig{})
	for _, name := range []string{"", ".", ".."} {
		e := failure(t, client, api.Call{Method: "GET", Path: "/user/{username}/x", Params: []string{name}})
		want := &api.Error{Service: "test", Operation: "GET /user/{username}/x", Address: server.URL, Kind: api.Refused, Message: `"` + name + `" cannot be a username`}
		if diff := cmp.Diff(want, e); diff != "" {
			t.Errorf("%q (-want +got):\n%s", name, diff)
		}
	}
}

func TestSend_unavailable(t *testing.T) {
	t.Parallel()
	want := errors.New("not known yet")
	client := api.Client{Unavailable: want}
	if _, err := client.Send(t.Context(), get); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

func TestSend_answerOfAnyStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 401, 404, 500, 503} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-A", "a")
			w.WriteHeader(status)
		})
		answer, err := newClient(t, server.URL, api.TransportConfig{}).Send(t.Context(), get)
		if err != nil || answer.Status != status || answer.Header.Get("X-A") != "a" {
			t.Errorf("%d: got %+v and %v", status, answer, err)
		}
	}
}

func TestSend_redirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the redirect was followed with %v", r.Header) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/path?token=secret", status)
		})
		client := newClient(t, server.URL, api.TransportConfig{})
		client.Header = http.Header{"Authorization": {"Bearer secret"}}
		e := failure(t, client, api.Call{Method: "POST", Path: "/x", Body: struct{}{}})
		if want := "the answer is a redirect to " + elsewhere.URL; e.Message != want || e.Status != status || e.Hint == "" {
			t.Errorf("got %+v, want the message %q and a hint", e, want)
		}
	}
}

// Nova gives this answer to a URL without a version.
func TestSend_redirectWithoutLocationIsAnAnswer(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusMultipleChoices)
		_, _ = io.WriteString(w, "choices")
	})
	answer, err := newClient(t, server.URL, api.TransportConfig{}).Send(t.Context(), get)
	if err != nil || answer.Status != http.StatusMultipleChoices || string(answer.Body) != "choices" {
		t.Errorf("got %+v, %v", answer, err)
	}
}

func TestSend_incompleteAnswer(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"token": "hush", "data": [`)
	})
	client := newClient(t, server.URL, api.TransportConfig{})
	client.Secrets = []string{"hush"}
	for sensitive, want := range map[bool]string{
		false: `the answer ended early, after 27 bytes (unexpected EOF); it begins: {"token": "***", "data": [`,
		true:  `the answer ended early, after 27 bytes (unexpected EOF); its 27 bytes are not shown, because they may be confidential`,
	} {
		e := failure(t, client, api.Call{Method: "GET", Path: "/x", Sensitive: sensitive})
		want := api.Error{Service: "test", Operation: "GET /x", Address: server.URL, Status: 401, Kind: api.Denied, Message: want, Err: io.ErrUnexpectedEOF}
		if diff := cmp.Diff(want, *e, cmpopts.EquateErrors()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if api.RetryIdempotent(e) != api.RetryFew {
			t.Error("it is not asked again")
		}
	}
}

func TestSend_answerThatIsTooLarge(t *testing.T) {
	t.Parallel()
	const size = 50 << 20
	var sent atomic.Int64
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := strings.Repeat("0", 64<<10)
		for sent.Load() < size {
			n, err := io.WriteString(w, chunk)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	})
	e := failure(t, newClient(t, server.URL, api.TransportConfig{}), get)
	want := "the answer is larger than 4 MiB; it begins: " + strings.Repeat("0", 512) + "…"
	if e.Message != want || e.Status != 200 {
		t.Errorf("got %+v", e)
	}
	if api.RetryIdempotent(e) != api.Stop {
		t.Error("it is asked again")
	}
	server.Close() // Close waits for the handler.
	if sent.Load() == size {
		t.Error("all of it was read")
	}
}

func TestSend_answerOfTheLargestSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{api.MaxAnswer, api.MaxAnswer + 1} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, size)) })
		_, err := newClient(t, server.URL, api.TransportConfig{}).Send(t.Context(), get)
		if got, want := err != nil, size > api.MaxAnswer; got != want {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestSend_unsent(t *testing.T) {
	t.Parallel()
	drop := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	ended, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	cancel(cause)
	for name, tc := range map[string]struct {
		ctx        context.Context
		endpoint   string
		wantUnsent bool
		wantRepeat [2]api.Decision // For an idempotent call, and for a call that must be sent once.
	}{
		"no server":                {t.Context(), closed.URL, true, [2]api.Decision{api.RetryFew, api.RetryFew}},
		"no such host":             {t.Context(), "http://nowhere.invalid", true, [2]api.Decision{api.RetryFew, api.RetryFew}},
		"the connection is closed": {t.Context(), drop.URL, false, [2]api.Decision{api.RetryFew, api.Stop}},
		"ended before":             {ended, drop.URL, true, [2]api.Decision{api.Stop, api.Stop}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, tc.endpoint, api.TransportConfig{}).Send(tc.ctx, api.Call{Method: "POST", Path: "/x", Body: struct{}{}})
			var e *api.Error
			if !errors.As(err, &e) || e.Unsent != tc.wantUnsent || e.Status != 0 {
				t.Fatalf("got %+v", err)
			}
			if got := [2]api.Decision{api.RetryIdempotent(err), api.RetryUnsent(err)}; got != tc.wantRepeat {
				t.Errorf("got %v, want %v: %v", got, tc.wantRepeat, err)
			}
			if tc.ctx.Err() != nil && !errors.Is(err, cause) {
				t.Errorf("%v does not wrap the cause of the context", err)
			}
			if strings.Contains(err.Error(), tc.endpoint) {
				t.Errorf("%v repeats the address", err)
			}
		})
	}
}

func TestClient_malformedResponse(t *testing.T) {
	t.Parallel()
	client := api.Client{Service: "test"}
	for name, tc := range map[string]struct {
		body      string
		sensitive bool
		want      string
	}{
		"html":       {"<html>\r\n\t<h1>503</h1>\n</html>", false, "why; it begins: <html> <h1>503</h1> </html>"},
		"empty":      {"", false, "why; it is empty"},
		"binary":     {"\x16\x03\x01\x00a\xffb", false, "why; it begins: a?b"},
		"cut":        {strings.Repeat("x", 511) + "张", false, "why; it begins: " + strings.Repeat("x", 511) + "?…"},
		"sensitive":  {`{"password":"p"}`, true, "why; its 16 bytes are not shown, because they may be confidential"},
		"and empty":  {"", true, "why; it is empty"},
		"the status": {"{}", false, "why; it begins: {}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Retry-After": {"7"}}
			got := client.MalformedResponse(api.Call{Method: "GET", Path: "/x", Sensitive: tc.sensitive}, &api.Answer{Status: 503, Header: header, Body: []byte(tc.body)}, "why")
			want := &api.Error{
				Service: "test", Operation: "GET /x", Status: 503, Kind: api.Busy, Message: tc.want,
				Err: api.RetryAfter(header),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An error page that shows the request may contain a secret in the escaped form
// of JSON or of a URL.
func TestErrors_maskSecrets(t *testing.T) {
	t.Parallel()
	client := api.Client{Service: "test", Secrets: []string{"Bearer a/b+c==", "a/b+c==", ""}}
	call := api.Call{Method: "POST", Path: "/x", Secrets: []string{"http://r:1/v1/callbacks/ID", "ID", `p"<&>`}}
	for said, want := range map[string]string{
		`Authorization: Bearer a/b+c==`:           `Authorization: ***`,
		`token a/b+c==`:                           `token ***`,
		`"token":"a\/b+c=="`:                      `"token":"***"`,
		`?token=a%2Fb%2Bc%3D%3D`:                  `?token=***`,
		`/a%2Fb+c==/`:                             `/***/`,
		`calls http://r:1/v1/callbacks/ID`:        `calls ***`,
		`calls http:\/\/r:1\/v1\/callbacks\/ID`:   `calls ***`,
		`calls /v1/callbacks/ID`:                  `calls /v1/callbacks/***`,
		`"password":"p\"\u003c\u0026\u003e"`:      `"password":"***"`,
		`the password p"<&> is too short, p"<&>!`: `the password *** is too short, ***!`,
	} {
		answer := &api.Answer{Status: 400, Body: []byte(said)}
		if got, want := client.MalformedResponse(call, answer, "why").Message, "why; it begins: "+want; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		e := client.ServiceError(call, answer, api.Refused, "-1", said)
		if e.Message != want || e.Code != "-1" || e.Kind != api.Refused || e.Status != 400 {
			t.Errorf("got %+v, want the message %s", e, want)
		}
	}
}
