package desktoptest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestCallback_byPut(t *testing.T) {
	t.Parallel()
	s, r := start(t, desktoptest.WithCallbackMethod("PUT")), newReceiver(t, 200)
	if got := r.order(t, s, "dev", "win10", "a"); got.Method != "PUT" {
		t.Errorf("got %+v", got)
	}
}

func TestCallback_twice(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	s.Callback(desktoptest.Apply, 1, desktoptest.Twice())
	first, second := r.order(t, s, "dev", "win10", "a"), r.next(t)
	if diff := cmp.Diff(first, second); diff != "" || len(s.Desktops()) != 1 {
		t.Errorf("%d desktops; second callback:\n%s", len(s.Desktops()), diff)
	}
}

func TestCallback_never(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	s.Callback(desktoptest.Apply, 1, desktoptest.NoCallback())
	wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "a")))
	s.Wait()
	// Control: the next callback arrives.
	if got := r.order(t, s, "dev", "win10", "b"); got.Path != "/b" || len(s.Desktops()) != 2 {
		t.Errorf("got %+v, %d desktops", got, len(s.Desktops()))
	}
	r.none(t)
}

func TestCallback_failure(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	s.Callback(desktoptest.Apply, 1, desktoptest.Failure("the pool is empty"))
	got := r.order(t, s, "dev", "win10", "a")
	if got.Raw != `{"data":{},"message":"the pool is empty","status":"-1"}` || len(s.Desktops()) != 0 {
		t.Errorf("got %s, %d desktops", got.Raw, len(s.Desktops()))
	}
}

func TestCallback_namesAnotherUser(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	s.AddUser("dev_01")
	s.Callback(desktoptest.Apply, 1, desktoptest.ForUser("ops_07"))
	got := r.order(t, s, "dev_01", "win10", "a")
	d, _ := s.Desktop(got.Data["desktop_uuid"])
	if got.Data["username"] != "ops_07" || d.User != "ops_07" || len(s.Desktops()) != 1 {
		t.Errorf("callback %v, really %+v", got.Data, d)
	}
}

func TestCallback_invalidBodies(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 413)
	s.Callback(desktoptest.Apply, 1, desktoptest.Garbage("<xml/>"))
	s.Callback(desktoptest.Apply, 1, desktoptest.Oversized(100_000))
	if got := r.order(t, s, "dev", "win10", "a"); got.Raw != "<xml/>" {
		t.Errorf("got %q", got.Raw)
	}
	if got := r.order(t, s, "dev", "win10", "b"); len(got.Raw) < 100_000 || got.Status != "0" {
		t.Errorf("got %d bytes with status %q", len(got.Raw), got.Status)
	}
	s.Wait()
	want := []desktoptest.Delivery{{Call: desktoptest.Apply, Method: "POST", Status: 413}, {Call: desktoptest.Apply, Method: "POST", Status: 413}}
	if diff := cmp.Diff(want, s.Deliveries()); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
}

func TestCallback_noReceiver(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		opts []desktoptest.Option
		want int
	}{
		{"once", nil, 1},
		{"again and again", []desktoptest.Option{desktoptest.WithCallbackRetries(2, time.Millisecond)}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			listener := httptest.NewServer(http.NotFoundHandler())
			listener.Close()
			nobody := &receiver{URL: listener.URL}
			ended := make(chan struct{})
			s := start(t, tc.opts...)
			s.Callback(desktoptest.Apply, 1, func(op *desktoptest.Task) {
				op.Send(op.Execute())
				close(ended)
			})
			wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", nobody.applyBody("dev", "win10", "secret-id")))
			<-ended
			got := s.Deliveries()
			want := make([]desktoptest.Delivery, tc.want)
			for i := range want {
				want[i] = desktoptest.Delivery{Call: desktoptest.Apply, Method: "POST"}
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(desktoptest.Delivery{}, "Err")); diff != "" {
				t.Errorf("deliveries (-want +got):\n%s", diff)
			}
			for _, d := range got {
				if text := fmt.Sprint(d.Err); d.Err == nil || strings.Contains(text, "secret-id") {
					t.Errorf("error %q", text)
				}
			}
		})
	}
}

func TestCallback_repeatedUntilAccepted(t *testing.T) {
	t.Parallel()
	s := start(t, desktoptest.WithCallbackRetries(5, time.Millisecond))
	r := newReceiver(t, 200)
	tries := 0
	flaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if tries++; tries < 3 {
			w.WriteHeader(503)
			return
		}
		r.got <- callback{}
	}))
	defer flaky.Close()
	r.URL = flaky.URL
	r.order(t, s, "dev", "win10", "a")
	s.Wait()
	if tries != 3 || len(s.Desktops()) != 1 {
		t.Errorf("%d tries, %d desktops", tries, len(s.Desktops()))
	}
}

func TestServer_Hold(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	hold := s.Hold(desktoptest.Apply, 1)
	wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "a")))
	<-hold.Reached
	if n := len(s.Desktops()); n != 0 {
		t.Errorf("%d desktops while held", n)
	}
	r.order(t, s, "ops", "win7", "b")
	r.none(t)
	hold.Release()
	hold.Release()
	if got := r.next(t); got.Path != "/a" || len(s.Desktops()) != 2 {
		t.Errorf("got %+v, %d desktops", got, len(s.Desktops()))
	}
}

func TestServer_Close(t *testing.T) {
	t.Parallel()
	s, r := desktoptest.Start(t), newReceiver(t, 200)
	hold := s.Hold(desktoptest.Apply, 1)
	s.Callback(desktoptest.Apply, 1, desktoptest.Late(time.Hour))
	wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "a")))
	wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "b")))
	<-hold.Reached
	s.Close()
	if n := len(s.Desktops()); n != 0 {
		t.Errorf("%d desktops", n)
	}
	r.none(t)
}

// TestCallback_delays runs the handler without a network, with a fake clock.
func TestCallback_delays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		taken := make(chan time.Time, 1)
		client := &http.Client{Transport: roundTrip(func(*http.Request) *http.Response {
			taken <- time.Now()
			return &http.Response{StatusCode: 200, Body: http.NoBody}
		})}
		s := desktoptest.New(desktoptest.WithCallbackDelay(2*time.Minute), desktoptest.WithCallbackClient(client))
		defer s.Close()
		s.Callback(desktoptest.Apply, 1, desktoptest.Late(time.Hour))
		r := &receiver{URL: "http://receiver.example"}
		for i, want := range []time.Duration{time.Hour + 2*time.Minute, 2 * time.Minute} {
			began := time.Now()
			w := httptest.NewRecorder()
			s.ServeHTTP(w, post(t, "/api/desktop/apply", r.applyBody("dev", "win10", fmt.Sprint(i))))
			wantAccepted(t, answer{w.Code, w.Body.String()})
			if got := (<-taken).Sub(began); got != want {
				t.Errorf("called back after %s, want %s", got, want)
			}
		}
	})
}

// TestCallback_log tests the log lines for failed callbacks.
func TestCallback_log(t *testing.T) {
	t.Parallel()
	var lines []string
	s, r := start(t, desktoptest.WithLog(func(line string) { lines = append(lines, line) })), newReceiver(t, 404)
	for i, callback := range []desktoptest.Callback{desktoptest.NoCallback(), desktoptest.Failure("no\nroom"), desktoptest.Garbage("?"), desktoptest.Twice()} {
		s.Callback(desktoptest.Apply, 1, callback)
		wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", fmt.Sprint(i))))
		s.Wait()
	}
	d := s.Desktops()
	want := []string{
		"ordered a win10 desktop for group dev",
		"dev_01 has desktop " + d[0].UUID[:8] + "… (no callback is sent)",
		"ordered a win10 desktop for group dev",
		`the order failed: "no\nroom" (reported by callback)`,
		"the callback of the order was answered 404",
		"ordered a win10 desktop for group dev",
		"dev_02 has desktop " + d[1].UUID[:8] + "… (another callback is sent)",
		"the callback of the order was answered 404",
		"ordered a win10 desktop for group dev",
		"dev_03 has desktop " + d[2].UUID[:8] + "… (password sent by callback)",
		"the callback of the order was answered 404",
		"the callback of the order was answered 404",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}
