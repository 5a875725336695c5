package desktoptest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestFault_answers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		fault  desktoptest.Fault
		status int
		body   string
	}{
		{"answer", desktoptest.Answer(418, "text/plain", "teapot"), 418, "teapot"},
		{"refuse", desktoptest.Refuse("no room"), 200, `{"data":{},"message":"no room","status":"-1"}`},
		{"unauthorized", desktoptest.Unauthorized(), 401, "unauthorized"},
		{"unavailable", desktoptest.Unavailable(), 503, "<!DOCTYPE html>"},
		{"empty", desktoptest.Empty(), 200, ""},
		{"half", desktoptest.Truncated(), 200, `{"data": [{"desktop_uuid": "`},
		{"redirect", desktoptest.Redirect("http://elsewhere.example/"), 307, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, r := desktoptest.Start(t), newReceiver(t, 200)
			s.Fail(desktoptest.Apply, 1, tc.fault)
			body := r.applyBody("dev", "win10", "a")

			got := send(t, s, "POST", "/api/desktop/apply", body)
			if got.Status != tc.status || !strings.HasPrefix(got.Body, tc.body) || len(s.Desktops()) != 0 {
				t.Errorf("got %+v and %d desktops, want %d %q and none", got, len(s.Desktops()), tc.status, tc.body)
			}
			wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", body))
			r.next(t)
		})
	}
}

func TestRefuse_get(t *testing.T) {
	t.Parallel()
	s := desktoptest.Start(t)
	s.AddUser("dev_01")
	s.Fail(desktoptest.UserDesktops, 1, desktoptest.Refuse("no"))
	wantRefused(t, send(t, s, "GET", "/api/user/dev_01/desktops", ""), "GET", 200, "no")
}

func TestHuge_size(t *testing.T) {
	t.Parallel()
	s := desktoptest.Start(t)
	s.Fail(desktoptest.UserDesktops, 1, desktoptest.Huge(1<<20))
	if got := send(t, s, "GET", "/api/user/dev_01/desktops", ""); len(got.Body) < 1<<20 || !strings.HasSuffix(got.Body, "}") {
		t.Errorf("got %d bytes", len(got.Body))
	}
}

func TestFault_droppedConnections(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		fault   desktoptest.Fault
		ordered bool
	}{
		{"before", desktoptest.DropBefore(), false},
		{"after", desktoptest.DropAfter(), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, r := desktoptest.Start(t), newReceiver(t, 200)
			s.Fail(desktoptest.Apply, 1, tc.fault)
			if got, err := try(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "a")); !errors.Is(err, io.EOF) {
				t.Errorf("got %+v and error %v, want a closed connection", got, err)
			}
			if tc.ordered {
				r.next(t)
			}
			if ordered := len(s.Desktops()) == 1; ordered != tc.ordered {
				t.Errorf("ordered: %t", ordered)
			}
			if n := len(s.Requests(desktoptest.Apply)); n != 1 {
				t.Errorf("%d requests recorded, want 1", n)
			}
		})
	}
}

func TestStall_sendsNoAnswer(t *testing.T) {
	t.Parallel()
	s := desktoptest.Start(t)
	s.Fail(desktoptest.UserDesktops, 1, desktoptest.Stall())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/user/dev_01/desktops", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: 50 * time.Millisecond}
	resp, err := client.Do(req)
	if err == nil {
		defer resp.Body.Close()
	}
	if !os.IsTimeout(err) {
		t.Errorf("got %v, want a timeout", err)
	}
}

func TestServer_Fail_order(t *testing.T) {
	t.Parallel()
	s := desktoptest.Start(t)
	s.AddUser("dev_01")
	s.Fail(desktoptest.AnyCall, -1, desktoptest.Answer(500, "text/plain", ""))
	s.Fail(desktoptest.UserDesktops, 2, desktoptest.Answer(502, "text/plain", ""))
	s.Fail(desktoptest.UserDesktops, 0, desktoptest.Answer(599, "text/plain", ""))
	s.Fail(desktoptest.UserDesktops, 1, desktoptest.Answer(503, "text/plain", ""))
	list := func() int { return send(t, s, "GET", "/api/user/dev_01/desktops", "").Status }
	for _, want := range []int{502, 502, 503, 500, 500} {
		if got := list(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	s.ClearFaults()
	if got := list(); got != 200 {
		t.Errorf("healed: got %d", got)
	}
}

// TestServer_withoutATest uses the server without a testing.T, as the simulator
// does.
func TestServer_withoutATest(t *testing.T) {
	t.Parallel()
	s, r := desktoptest.New(), newReceiver(t, 200)
	defer s.Close()
	listener := httptest.NewServer(s)
	defer listener.Close()
	s.URL = listener.URL
	r.order(t, s, "dev", "win10", "a")
}
