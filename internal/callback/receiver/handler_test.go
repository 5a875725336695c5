package receiver_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

func TestHandler_storesResults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind   id.Kind
		method string
		sent   string
		stored string
	}{
		"order":                       {id.Order, http.MethodPost, body, body},
		"by PUT":                      {id.Order, http.MethodPut, body, body},
		"failure":                     {id.Order, http.MethodPost, failure, failure},
		"resize":                      {id.Task, http.MethodPost, `{"data":{},"status":"0"}`, `{"data":{},"status":"0"}`},
		"status as a number":          {id.Task, http.MethodPost, `{"status":0}`, `{"status":0}`},
		"byte order mark":             {id.Order, http.MethodPost, "\ufeff" + body, body},
		"gzip":                        {id.Order, http.MethodPost, compressed(body), body},
		"gzip with a byte order mark": {id.Order, http.MethodPost, compressed("\ufeff" + body), body},
		"ids as numbers":              {id.Order, http.MethodPost, `{"status":"0","data":{"username":7,"desktop_uuid":8}}`, `{"status":"0","data":{"username":7,"desktop_uuid":8}}`},
		"the largest":                 {id.Task, http.MethodPost, padded(receiver.MaxBody), padded(receiver.MaxBody)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(nil)
			made := id.New(test.kind, "s", key)
			for range 2 { // A repeated callback gets the same answer.
				if status := f.send(t, test.method, receiver.Path+"/"+made.Secret(), test.sent); status != http.StatusOK {
					t.Errorf("status %d", status)
				}
			}
			if got := f.result(t, made); got != test.stored {
				t.Errorf("stored is %.200s", got)
			}
			want := []receiver.Outcome{receiver.Stored, receiver.Stored}
			if diff := cmp.Diff(want, f.outcomes()); diff != "" || f.evidence(t, made) != nil {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func compressed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// padded returns a successful callback of the given size in bytes.
func padded(size int) string {
	const frame = `{"status":"0","message":""}`
	return strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1)
}

func TestHandler_storesCallbacksThatAreNotFinal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sent, reason string
	}{
		"interim":           {`{"status":"1","message":"running"}`, `its status is "1", neither success (0) nor failure (-1)`},
		"status in words":   {`{"status":"running"}`, "the callback cannot be understood: its status is not 0 or -1"},
		"no status":         {`{"data":{"password":"hunter2"}}`, "the callback lacks a status"},
		"empty":             {"", "it is empty"},
		"GBK":               {"{\"status\":\"0\",\"data\":{\"username\":\"\xd5\xc5\",\"desktop_uuid\":\"u\"}}", "it is not UTF-8"},
		"UTF-16":            {"\xff\xfe{\x00}\x00", "it is not UTF-8 but UTF-16"},
		"UTF-16 big endian": {"\xfe\xff\x00{\x00}", "it is not UTF-8 but UTF-16"},
		"UTF-16, no mark":   {"{\x00}\x00", "it is not UTF-8 but UTF-16"},
		"half a document":   {body[:40], "the callback is not a JSON document"},
		"two documents":     {body + body, "the callback is not a JSON document"},
		"a list":            {`["hunter2"]`, "the callback is a JSON array, not an object"},
		"null":              {`null`, "the callback lacks a status"},
		"a form":            {`password=hunter2`, "the callback is not a JSON document"},
		"half a gzip":       {compressed(body)[:30], "it is not UTF-8"},
		"no data":           {`{"status":"0"}`, "the callback's data is not an object of strings"},
		"no uuid":           {`{"status":"0","data":{"username":"dev_01"}}`, "the callback lacks desktop_uuid"},
		"blank uuid":        {`{"status":"0","data":{"username":"dev_01","desktop_uuid":" "}}`, "the callback lacks desktop_uuid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(nil)
			made := id.New(id.Order, "s", key)
			for range 2 {
				if status := f.post(t, made, test.sent); status != http.StatusOK {
					t.Errorf("status %d", status)
				}
			}
			// The next callback is still accepted as the result.
			if status := f.post(t, made, body); status != http.StatusOK || f.result(t, made) != body {
				t.Errorf("status %d, stored is %s", status, f.result(t, made))
			}
			want := []receiver.Evidence{{Reason: test.reason, Body: []byte(test.sent)}}
			if diff := cmp.Diff(want, f.evidence(t, made), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]receiver.Outcome{receiver.NotFinal, receiver.NotFinal, receiver.Stored}, f.outcomes()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHandler_keepsTheSecondResultAsEvidence(t *testing.T) {
	t.Parallel()
	f := newFixture(nil)
	made := id.New(id.Order, "s", key)
	for _, sent := range []string{failure, body} {
		if status := f.post(t, made, sent); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	want := []receiver.Evidence{{Reason: "another callback came before it", Body: []byte(body)}}
	if diff := cmp.Diff(want, f.evidence(t, made)); diff != "" || f.result(t, made) != failure {
		t.Errorf("the result is %s; evidence (-want +got):\n%s", f.result(t, made), diff)
	}
}

func TestHandler_limitsEvidence(t *testing.T) {
	t.Parallel()
	f := newFixture(nil)
	made := id.New(id.Order, "s", key)
	for n := range 25 {
		want := http.StatusOK
		if n >= 20 {
			want = http.StatusTooManyRequests
		}
		if status := f.post(t, made, strings.Repeat("x", n+1)); status != want {
			t.Errorf("callback %d: status %d, want %d", n+1, status, want)
		}
	}
	if n := len(f.evidence(t, made)); n != 20 {
		t.Errorf("%d values of evidence are stored", n)
	}
	if status := f.post(t, made, body); status != http.StatusOK || f.result(t, made) != body {
		t.Errorf("the result: status %d", status)
	}
}

func TestHandler_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(func(c *receiver.Config) { c.Path = "/hooks" })
	made := id.New(id.Order, "s", key)
	address := receiver.Path + "/" + made.Secret()
	forged := receiver.Path + "/" + id.New(id.Order, "s", []byte("another key")).Secret()
	for name, test := range map[string]struct {
		method, path, body string
		want               int
		counted            bool // Whether it is counted as a callback of the order.
	}{
		"forged id":      {http.MethodPost, forged, body, http.StatusNotFound, false},
		"get, forged id": {http.MethodGet, forged, "", http.StatusNotFound, false},
		"upper-case id":  {http.MethodPost, strings.ToUpper(address), body, http.StatusNotFound, false},
		"reference":      {http.MethodPost, receiver.Path + "/" + made.Ref(), body, http.StatusNotFound, false},
		"path as id":     {http.MethodPost, receiver.Path + "/..%2F..%2Fresults", body, http.StatusNotFound, false},
		"longer path":    {http.MethodPost, address + "/x", body, http.StatusNotFound, false},
		"no id":          {http.MethodPost, receiver.Path + "/", body, http.StatusNotFound, false},
		"other path":     {http.MethodPost, "/", body, http.StatusNotFound, false},
		"post to health": {http.MethodPost, "/healthz", body, http.StatusNotFound, false},
		"get":            {http.MethodGet, address, "", http.StatusMethodNotAllowed, true},
		"delete":         {http.MethodDelete, address, "", http.StatusMethodNotAllowed, true},
		"too large":      {http.MethodPost, address, padded(receiver.MaxBody + 1), http.StatusRequestEntityTooLarge, true},
		"too large, zip": {http.MethodPost, address, compressed(padded(receiver.MaxBody + 1)), http.StatusRequestEntityTooLarge, true},
		"zip bomb":       {http.MethodPost, address, compressed(strings.Repeat(" ", 16<<20)), http.StatusRequestEntityTooLarge, true},
	} {
		if got := f.send(t, test.method, test.path, test.body); got != test.want {
			t.Errorf("%s: status %d, want %d", name, got, test.want)
		}
		if got := f.outcomes(); (len(got) == 1 && got[0] == receiver.Refused) != test.counted {
			t.Errorf("%s: the events are %v", name, got)
		}
	}
	if f.store.calls != 0 {
		t.Errorf("the inbox was asked %d times", f.store.calls)
	}
	for _, secret := range []string{made.Secret()[9:35], "hunter2"} {
		if strings.Contains(strings.ToLower(f.log.String()), secret) {
			t.Errorf("the log contains %q:\n%s", secret, f.log)
		}
	}
	if n := strings.Count(f.log.String(), "callback refused"); n != 14 {
		t.Errorf("%d refusals are logged:\n%s", n, f.log)
	}
}

func TestHandler_paths(t *testing.T) {
	t.Parallel()
	f := newFixture(func(c *receiver.Config) { c.Path = "/cloud desktops/hooks" })
	for _, form := range []string{
		"/v1/callbacks/ID", "/v1/callbacks/ID/", "/v1/callbacks/ID?a=b", "/v1/callbacks/ID/?a=b",
		"/cloud%20desktops/hooks/v1/callbacks/ID", "/hooks/of/a/peer/v1/callbacks/ID/",
	} {
		made := id.New(id.Order, "s", key)
		if status := f.send(t, http.MethodPost, strings.Replace(form, "ID", made.Secret(), 1), body); status != http.StatusOK || f.result(t, made) == "" {
			t.Errorf("%s: status %d", form, status)
		}
	}
	for _, path := range []string{"/healthz", "/cloud%20desktops/hooks/healthz"} {
		if status := f.send(t, http.MethodGet, path, ""); status != http.StatusOK {
			t.Errorf("%s: status %d", path, status)
		}
	}
}

// The body ends early if the caller disconnects while sending.
func TestHandler_bodyThatEndsEarly(t *testing.T) {
	t.Parallel()
	f := newFixture(nil)
	made := id.New(id.Order, "s", key)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, receiver.Path+"/"+made.Secret(), errorReader{})
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest || f.result(t, made) != "" || f.evidence(t, made) != nil {
		t.Errorf("status %d", w.Code)
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("connection reset by peer") }

func TestHandler_probe(t *testing.T) {
	t.Parallel()
	f := newFixture(nil)
	probe := id.New(id.Probe, "s", key)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, receiver.Path+"/"+probe.Secret(), nil))
	if want := `{"proof":"` + probe.Proof(key) + "\"}\n"; w.Code != http.StatusOK || w.Body.String() != want {
		t.Errorf("status %d, answered %s, want %s", w.Code, w.Body, want)
	}
	if f.store.calls != 0 {
		t.Errorf("the inbox was asked %d times", f.store.calls)
	}
}

func TestFinder_error(t *testing.T) {
	t.Parallel()
	f := newFixture(func(c *receiver.Config) { c.Finder = unsure{} })
	if status := f.post(t, id.New(id.Order, "s", key), body); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
}

type unsure struct{}

func (unsure) Find(context.Context, string) (receiver.Inbox, id.ID, bool, error) {
	return receiver.Inbox{}, id.ID{}, false, errors.New("a peer cannot be read")
}
