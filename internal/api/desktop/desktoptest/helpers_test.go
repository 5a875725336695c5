package desktoptest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest/openapi"
)

// start starts a server whose requests, answers and callbacks must match the
// OpenAPI document.
func start(t *testing.T, opts ...desktoptest.Option) *desktoptest.Server {
	t.Helper()
	return desktoptest.Start(t, append(opts, desktoptest.WithChecker(openapi.New(t)))...)
}

// answer is an HTTP answer.
type answer struct {
	Status int
	Body   string
}

// send sends one raw request. With a body, its Content-Type is JSON unless
// header contains another one.
func send(t *testing.T, s *desktoptest.Server, method, path, body string, header ...string) answer {
	t.Helper()
	got, err := try(t, s, method, path, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func try(t *testing.T, s *desktoptest.Server, method, path, body string, header ...string) (answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, string(got)}, err
}

// accepted is the answer to an order, and to any POST without data.
var accepted = answer{200, `{"data":{},"message":"","status":"0"}`}

func wantAccepted(t *testing.T, got answer) {
	t.Helper()
	if got != accepted {
		t.Fatalf("got %+v, want %+v", got, accepted)
	}
}

// callback is a received callback.
type callback struct {
	Method, Path, ContentType, Raw string

	Data    map[string]string `json:"data"`
	Message string            `json:"message"`
	Status  string            `json:"status"`
}

// receiver receives callbacks and answers them with status.
type receiver struct {
	URL string
	got chan callback
}

func newReceiver(t *testing.T, status int) *receiver {
	t.Helper()
	r := &receiver{got: make(chan callback, 100)}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		c := callback{Method: req.Method, Path: req.URL.Path, ContentType: req.Header.Get("Content-Type"), Raw: string(body)}
		_ = json.Unmarshal(body, &c) // Some callbacks are invalid on purpose.
		w.WriteHeader(status)
		r.got <- c
	}))
	t.Cleanup(listener.Close)
	r.URL = listener.URL
	return r
}

func (r *receiver) next(t *testing.T) callback {
	t.Helper()
	select {
	case c := <-r.got:
		return c
	case <-time.After(10 * time.Second):
		t.Fatal("no callback arrived")
		return callback{}
	}
}

func (r *receiver) none(t *testing.T) {
	t.Helper()
	select {
	case c := <-r.got:
		t.Fatalf("an unexpected callback arrived: %+v", c)
	default:
	}
}

// order places an order and returns its callback.
func (r *receiver) order(t *testing.T, s *desktoptest.Server, username, system, id string) callback {
	t.Helper()
	wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody(username, system, id)))
	return r.next(t)
}

func (r *receiver) applyBody(username, system, id string) string {
	return encode(map[string]any{"username": username, "os": system, "callback_url": r.URL + "/" + id})
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func post(t *testing.T, path, body string) *http.Request {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	return req
}

// roundTrip is a transport without a network.
type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req), nil }
