package hpc_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc/hpctest"
)

func newClient(t *testing.T, endpoint, token string) *hpc.Client {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.NewHTTPClient(api.TransportConfig{UserAgent: "test/1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return hpc.New(hpc.Config{Endpoint: u, HTTP: client, Token: token, Retry: api.RetryPolicy{Initial: time.Millisecond}})
}

func tomorrow() time.Time { return time.Now().Add(24 * time.Hour) }

// failure lists the sessions, which must fail with an *api.Error that does not
// contain the token.
func failure(t *testing.T, server *hpctest.Server, token string) *api.Error {
	t.Helper()
	_, err := newClient(t, server.URL, token).Sessions(t.Context())
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %v, not an *api.Error", err)
	}
	if strings.Contains(err.Error()+e.Hint, token) {
		t.Errorf("the error repeats the token: %v %s", err, e.Hint)
	}
	return e
}

func TestSessions_documentSample(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t)
	sample, err := os.ReadFile("testdata/sessions.json")
	if err != nil {
		t.Fatal(err)
	}
	server.Answer(hpctest.Body(http.StatusOK, "application/json", string(sample)))
	token := server.Token(tomorrow())

	got, err := newClient(t, server.URL, token).Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []hpc.Session{{
		ID: "e272e9bc5e6d40fbbcc39d82f172f63a", CreateDate: "2023-02-02 11:59:45", Hostname: "gv101", Job: "SIG",
		Width: new(int64(1920)), Height: new(int64(1080)), Name: "gv101:4", SID: "4", User: "test_1215", IP: "10.0.41.101",
		SessionID: "gv101--test_1215--SIG--4",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	request := server.Requests()[0]
	if got, want := request.Method+" "+request.RequestURI, "GET /hpc/openapi/v2/desktop/vnc"; got != want {
		t.Errorf("the request is %s, want %s", got, want)
	}
	header := http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Token": {token}, "User-Agent": {"test/1"}}
	if diff := cmp.Diff(header, request.Header); diff != "" {
		t.Error(diff)
	}
}

func TestSessions_fromTheFake(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t)
	client := newClient(t, server.URL, server.Token(tomorrow()))
	if got, err := client.Sessions(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("without sessions: %v, %v", got, err)
	}
	server.SetSessions(hpctest.NewSession("gv101", "ada", "SIG", 4), hpctest.NewSession("gv102", "bob", "CAD", 5))
	got, err := client.Sessions(t.Context())
	if err != nil || len(got) != 2 || got[1].SessionID != "gv102--bob--CAD--5" {
		t.Errorf("with two sessions: %+v, %v", got, err)
	}
}

func TestSessions_codeDecides(t *testing.T) {
	t.Parallel()
	const list = `"data":{"total":"0","list":[]}}`
	for name, tt := range map[string]struct {
		status int
		body   string
		ok     bool
	}{
		"string":                  {http.StatusOK, `{"code":"0",` + list, true},
		"number":                  {http.StatusOK, `{"code":0,` + list, true},
		"success under HTTP 500":  {http.StatusInternalServerError, `{"code":"0",` + list, true},
		"failure with a list":     {http.StatusOK, `{"code":10001,` + list, false},
		"failure with other data": {http.StatusOK, `{"code":"10001","data":[]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := hpctest.Start(t)
			server.Answer(hpctest.Body(tt.status, "application/json", tt.body))
			_, err := newClient(t, server.URL, server.Token(tomorrow())).Sessions(t.Context())
			if (err == nil) != tt.ok {
				t.Errorf("the error is %v", err)
			}
			if n := len(server.Requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestSessions_codes(t *testing.T) {
	t.Parallel()
	for code, tt := range map[string]struct {
		kind    api.Kind
		meaning string
	}{
		"10001":  {api.Other, "internal error"},
		"10003":  {api.Refused, "parameter is missing"},
		"10004":  {api.Refused, "parameter is invalid"},
		"10008":  {api.Denied, "no permission"},
		"10009":  {api.Refused, "unsupported version"},
		"10010":  {api.Denied, "role mapping"},
		"10012":  {api.Refused, "too large"},
		"815201": {api.Other, "overloaded"},
		"815008": {api.Other, "desktop service"},
		"815010": {api.NotFound, "does not exist"},
		"99999":  {api.Other, ""},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			server := hpctest.Start(t)
			server.Answer(hpctest.Code(code, "门户消息"))
			e := failure(t, server, server.Token(tomorrow()))
			if e.Code != code || e.Kind != tt.kind {
				t.Errorf("code %s of kind %d, want kind %d", e.Code, e.Kind, tt.kind)
			}
			if !strings.Contains(e.Message, "门户消息") || !strings.Contains(e.Message, tt.meaning) {
				t.Errorf("the message %q lacks the portal's own or %q", e.Message, tt.meaning)
			}
			if n := len(server.Requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestSessions_throttled(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t, hpctest.NewSession("gv101", "ada", "SIG", 4))
	tooOften := hpctest.Code("10011", "调用频次过高")
	for range 10 { // More than the attempts after a connection error.
		server.Answer(tooOften)
	}
	client := newClient(t, server.URL, server.Token(tomorrow()))
	if got, err := client.Sessions(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("after ten refusals: %v, %v", got, err)
	}

	for range 1000 {
		server.Answer(tooOften)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	before := len(server.Requests())
	go func() {
		for len(server.Requests()) < before+3 {
			<-time.After(time.Millisecond)
		}
		cancel(context.DeadlineExceeded)
	}()
	_, err := client.Sessions(ctx)
	if !errors.Is(err, api.ErrThrottled) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("when time is up the error is %v", err)
	}
}

func TestSessions_tokens(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t)
	expired := server.Token(time.Date(2023, 6, 8, 8, 23, 28, 0, time.UTC))

	e := failure(t, server, expired)
	if e.Kind != api.Denied || !strings.Contains(e.Hint, "The token expired on 2023-06-08 at 08:23:28 UTC") {
		t.Errorf("an expired token: kind %d, hint %q", e.Kind, e.Hint)
	}

	server.Answer(hpctest.Body(http.StatusUnauthorized, "text/html", "<html>please log in</html>"))
	if e = failure(t, server, expired); !strings.Contains(e.Hint, "expired") || !strings.Contains(e.Message, "please log in") {
		t.Errorf("an expired token and a login page: message %q, hint %q", e.Message, e.Hint)
	}

	server.Answer(hpctest.List())
	if _, err := newClient(t, server.URL, expired).Sessions(t.Context()); err != nil {
		t.Errorf("a token that only this machine's clock calls expired: %v", err)
	}

	for name, token := range map[string]string{
		"not issued": hpctest.New().Token(tomorrow()), "no JWT": "opaque", "no payload": "a.b.c",
		"payload without a time": "eyJ9.e30.x",
	} {
		if e := failure(t, server, token); e.Kind != api.Denied || strings.Contains(e.Hint, "expired on") {
			t.Errorf("a token that is %s: kind %d, hint %q", name, e.Kind, e.Hint)
		}
	}
}

func TestSessions_malformed(t *testing.T) {
	t.Parallel()
	session := func(change func(*hpctest.Session)) http.HandlerFunc {
		broken := hpctest.NewSession("gv102", "bob", "CAD", 5)
		broken.ID = "broken"
		change(&broken)
		return hpctest.List(hpctest.NewSession("gv101", "ada", "SIG", 4), broken)
	}
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"createDate":           {session(func(s *hpctest.Session) { s.CreateDate = "yesterday" }), `session 2 of the answer (id "broken") has createDate "yesterday"`},
		"width":                {session(func(s *hpctest.Session) { s.Width = "wide" }), `session 2 of the answer (id "broken") has width "wide"`},
		"length":               {session(func(s *hpctest.Session) { s.Length = "-1" }), `session 2 of the answer (id "broken") has length "-1"`},
		"HTML":                 {hpctest.Body(http.StatusOK, "text/html", "<html>hello</html>"), "not a JSON document; it begins: <html>hello"},
		"empty":                {hpctest.Body(http.StatusOK, "", ""), "it is empty"},
		"half":                 {hpctest.Body(http.StatusOK, "", `{"code":"0","da`), "not a JSON document"},
		"no code":              {hpctest.Body(http.StatusOK, "", `{"msg":"success"}`), "lacks a code"},
		"no data":              {hpctest.Body(http.StatusOK, "", `{"code":"0"}`), "lacks data.list"},
		"no list":              {hpctest.Body(http.StatusOK, "", `{"code":"0","data":{"total":0}}`), "lacks data.list"},
		"list of another type": {hpctest.Body(http.StatusOK, "", `{"code":"0","data":{"list":{}}}`), "cannot be understood"},
		"cut list":             {hpctest.Body(http.StatusOK, "", `{"code":"0","data":{"total":2,"list":[]}}`), "there are 2 sessions and lists 0"},
		"redirect":             {http.RedirectHandler("https://elsewhere.example.com/x", http.StatusFound).ServeHTTP, "redirect to https://elsewhere.example.com"},
		"too large":            {hpctest.Body(http.StatusOK, "", strings.Repeat(" ", 5<<20)), "larger than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := hpctest.Start(t)
			server.Answer(tt.answer)
			if e := failure(t, server, server.Token(tomorrow())); !strings.Contains(e.Message, tt.want) {
				t.Errorf("the message is %q, want %q in it", e.Message, tt.want)
			}
		})
	}
}

// One session without a date or a size must not hide the others.
func TestSessions_emptyFields(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t)
	odd := hpctest.NewSession("gv102", "bob", "CAD", 5)
	odd.CreateDate, odd.Width, odd.Length = "", "", ""
	server.Answer(hpctest.List(hpctest.NewSession("gv101", "ada", "SIG", 4), odd))
	got, err := newClient(t, server.URL, server.Token(tomorrow())).Sessions(t.Context())
	if err != nil || len(got) != 2 || got[0].Width == nil {
		t.Fatalf("got %+v, %v", got, err)
	}
	if s := got[1]; s.CreateDate != "" || s.Width != nil || s.Height != nil || s.User != "bob" {
		t.Errorf("got %+v", s)
	}
}

func TestSessions_outage(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t)
	down := hpctest.Body(http.StatusServiceUnavailable, "text/html", "<html>maintenance</html>")
	server.Answer(down, down)
	token := server.Token(tomorrow())
	if _, err := newClient(t, server.URL, token).Sessions(t.Context()); err != nil {
		t.Errorf("a short outage: %v", err)
	}
	for range 20 {
		server.Answer(down)
	}
	if e := failure(t, server, token); e.Status != http.StatusServiceUnavailable || !strings.Contains(e.Message, "maintenance") {
		t.Errorf("a long outage: %v", e)
	}
}
