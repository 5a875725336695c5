package apitest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/apitest"
)

func TestQueue_order(t *testing.T) {
	t.Parallel()
	var q apitest.Queue[string, int]
	q.Plan("a", 2, 1)
	q.Plan("a", 1, 2)
	q.Plan("", -1, 9)
	q.Plan("b", 0, 5)
	var got []int
	for _, call := range []string{"a", "a", "b", "a", "a"} {
		what, planned := q.Next(call, "")
		if !planned {
			t.Fatalf("nothing is planned for %q", call)
		}
		got = append(got, what)
	}
	if diff := cmp.Diff([]int{1, 1, 9, 2, 9}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	q.Clear()
	if what, planned := q.Next("a", ""); planned || what != 0 {
		t.Errorf("%d is still planned", what)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	var a apitest.Answers
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	a.Answer(status(501), status(502))
	a.Fail(2, status(503))
	for _, want := range []int{501, 502, 503, 503} {
		w := httptest.NewRecorder()
		a.NextAnswer()(w, nil)
		if w.Code != want {
			t.Errorf("status %d, want %d", w.Code, want)
		}
	}
	if a.NextAnswer() != nil {
		t.Error("something is still planned")
	}
	a.Fail(-1, status(500))
	a.ClearFaults()
	if a.NextAnswer() != nil {
		t.Error("something is still planned after ClearFaults")
	}
}
