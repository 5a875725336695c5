package receiver_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

var fuzzKey = bytes.Repeat([]byte("k"), 32)

func compress(f *testing.F, text string) []byte {
	f.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	return out.Bytes()
}

// For any body sent to a valid id: a body answered with 200 is in the inbox,
// and a stored result can be decoded.
func FuzzHandler_body(f *testing.F) {
	const success = `{"status":"0","data":{"username":"dev_01","desktop_uuid":"u","password":"p"}}`
	for _, seed := range []string{
		success, `{"status":"-1","message":"no"}`, `{"status":0}`, `{"status":"1"}`, "", "null", "[]", `{"status":`, "<html>",
		"\xef\xbb\xbf" + success, "\xff\xfe{\x00", "{\x00", "\xc4\xe3", "\x1f\x8b", strings.Repeat("[", 10_000),
		string(compress(f, success)), string(compress(f, strings.Repeat("x", receiver.MaxBody+1))),
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, task bool) {
		kind := id.Order
		if task {
			kind = id.Task
		}
		store, made := inboxtest.NewMemory(), id.New(kind, "prod", fuzzKey)
		handler := receiver.New(receiver.Config{Finder: receiver.Inbox{Store: store, Key: fuzzKey}})
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, receiver.Path+"/"+made.Secret(), bytes.NewReader(body)))
		if !slices.Contains([]int{http.StatusOK, http.StatusRequestEntityTooLarge}, w.Code) {
			t.Fatalf("it is answered with %d %s", w.Code, w.Body)
		}
		result, err := store.Get(t.Context(), receiver.ResultKey(made.Hash()))
		evidence, evidenceErr := receiver.ReadEvidence(t.Context(), store, made.Ref())
		if stored := err == nil || len(evidence) == 1 && evidenceErr == nil; stored != (w.Code == http.StatusOK) {
			t.Errorf("it is answered with %d, and the inbox holds %q and %v", w.Code, result, evidence)
		}
		if reason := receiver.NotFinalReason(kind, result); err == nil && reason != "" {
			t.Errorf("%q is stored as a result, although %s", result, reason)
		}
	})
}

// Only the path of a valid id leads to a call of the inbox.
func FuzzHandler_path(f *testing.F) {
	true1 := id.New(id.Order, "prod", fuzzKey).Secret()
	for _, seed := range []string{"/", "", "/healthz", receiver.Path, receiver.Path + "/", receiver.Path + "/" + true1[:50], receiver.Path + "/" + true1 + "x", "//" + receiver.Path + "//" + true1} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		for segment := range strings.SplitSeq(path, "/") {
			if _, ok := id.Parse(segment, fuzzKey); ok {
				return // The valid path itself.
			}
		}
		store := inboxtest.NewMemory()
		handler := receiver.New(receiver.Config{Finder: receiver.Inbox{Store: store, Key: fuzzKey}})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{}"))
		r.URL.Path = path
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if listing, err := store.List(t.Context(), ""); err != nil || len(listing.Entries) > 0 {
			t.Errorf("%q leads to %v", path, listing.Entries)
		}
		if w.Code == http.StatusOK {
			t.Errorf("%q is answered with 200", path)
		}
	})
}
