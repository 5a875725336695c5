package desktoptest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const gib = 1 << 30

func TestApply_forAGroup(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)

	for i, wantUser := range []string{"dev_01", "dev_02"} {
		got := r.order(t, s, "dev", "win10", fmt.Sprint(i))
		want := map[string]string{
			"username":     wantUser,
			"password":     s.Password(wantUser),
			"desktop_uuid": s.Desktops()[i].UUID,
		}
		if diff := cmp.Diff(want, got.Data); diff != "" || got.Status != "0" || len(want["password"]) < 20 {
			t.Errorf("callback %+v (-want +got):\n%s", got, diff)
		}
		if got.Method != "POST" || got.Path != "/"+fmt.Sprint(i) || got.ContentType != "application/json" {
			t.Errorf("sent by %s %s as %q", got.Method, got.Path, got.ContentType)
		}
	}
	if s.Password("dev_01") == s.Password("dev_02") {
		t.Error("two users have one password")
	}
	first := s.Desktops()[0]
	list := send(t, s, "GET", "/api/user/dev_01/desktops", "")
	want := fmt.Sprintf(`{"data":[{"desktop_name":%q,"desktop_uuid":%q}],"message":"","status":0}`, first.Name, first.UUID)
	if list.Body != want {
		t.Errorf("got %s, want %s", list.Body, want)
	}
}

func TestApply_forAUser(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name         string
		opts         []desktoptest.Option
		wantPassword bool
	}{
		{"with the password", nil, true},
		{"without", []desktoptest.Option{desktoptest.WithoutKnownPassword()}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, r := start(t, tc.opts...), newReceiver(t, 200)
			s.AddDesktop("dev_01", "kylin")

			got := r.order(t, s, "dev_01", "macos", "a")

			password, given := got.Data["password"]
			if got.Data["username"] != "dev_01" || given != tc.wantPassword || given && password != s.Password("dev_01") {
				t.Errorf("got %v", got.Data)
			}
			if diff := cmp.Diff([]string{"dev_01"}, s.Users()); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
			if n := strings.Count(send(t, s, "GET", "/api/user/dev_01/desktops", "").Body, "desktop_uuid"); n != 2 {
				t.Errorf("the user has %d desktops, want 2", n)
			}
		})
	}
}

func TestApply_thirtyOrders(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	var orders sync.WaitGroup
	for i := range 30 {
		orders.Go(func() {
			if got := send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win7", fmt.Sprint(i))); got != accepted {
				t.Errorf("got %+v", got)
			}
		})
	}
	orders.Wait()
	seen := map[string]bool{}
	for range 30 {
		c := r.next(t)
		for _, value := range c.Data {
			if seen[value] {
				t.Errorf("%q twice", value)
			}
			seen[value] = true
		}
	}
	if len(seen) != 90 || !seen["dev_30"] {
		t.Errorf("got %d distinct values and dev_30 %t", len(seen), seen["dev_30"])
	}
}

func TestResourceUpdate_sizes(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	uuid := s.AddDesktop("dev_01", "win10")
	resize := func(id, targets string) callback {
		t.Helper()
		body := fmt.Sprintf(`{"desktop_uuid":%q,"callback_url":%q,%s}`, uuid, r.URL+"/"+id, targets)
		wantAccepted(t, send(t, s, "POST", "/api/desktop/resource-update", body))
		return r.next(t)
	}

	got := resize("a", `"cpu":8`)
	if got.Raw != `{"data":{},"message":"","status":"0"}` {
		t.Errorf("callback %s", got.Raw)
	}
	d, _ := s.Desktop(uuid)
	if d.CPU != 8 || d.Memory != 4*gib || len(d.Volumes) != 0 {
		t.Errorf("after cpu: %+v", d)
	}

	resize("b", fmt.Sprintf(`"memory":%d,"disk":%d`, 16*gib, 50*gib))
	resize("c", fmt.Sprintf(`"disk":%d`, 100*gib))
	d, _ = s.Desktop(uuid)
	if d.CPU != 8 || d.Memory != 16*gib || len(d.Volumes) != 1 || d.Volumes[0].Size != 100*gib {
		t.Errorf("after disk: %+v", d)
	}

	s.SetVolumes(uuid, 10*gib, 30*gib, 20*gib)
	resize("d", fmt.Sprintf(`"disk":%d`, 40*gib))
	d, _ = s.Desktop(uuid)
	if d.Volumes[0].Size != 10*gib || d.Volumes[1].Size != 40*gib || d.Volumes[2].Size != 20*gib {
		t.Errorf("several volumes: %+v", d.Volumes)
	}
}

func TestResourceUpdate_removedDesktop(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	uuid := s.AddDesktop("dev_01", "win10")
	hold := s.Hold(desktoptest.ResourceUpdate, 1)
	body := fmt.Sprintf(`{"desktop_uuid":%q,"cpu":4,"callback_url":%q}`, uuid, r.URL+"/a")
	wantAccepted(t, send(t, s, "POST", "/api/desktop/resource-update", body))
	<-hold.Reached
	s.RemoveDesktop(uuid)
	hold.Release()
	if got := r.next(t); got.Status != "-1" || !strings.Contains(got.Message, "was removed") {
		t.Errorf("callback %+v", got)
	}
}

func TestDesktopVolumes_list(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		opts []desktoptest.Option
		want string
	}{
		{"number", nil, `10737418240`},
		{"text", []desktoptest.Option{desktoptest.WithSizesAsText()}, `"10737418240"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, tc.opts...)
			uuid := s.AddDesktop("dev_01", "win10")
			path := "/api/desktop/" + uuid + "/volumes"
			if got := send(t, s, "GET", path, ""); got.Body != `{"data":[],"message":"","status":0}` {
				t.Errorf("no volumes: %s", got.Body)
			}
			s.SetVolumes(uuid, 10*gib)
			d, _ := s.Desktop(uuid)
			want := fmt.Sprintf(`{"data":[{"volume_name":%q,"volume_size":%s,"volume_status":"in-use","volume_uuid":%q}],"message":"","status":0}`,
				d.Volumes[0].Name, tc.want, d.Volumes[0].UUID)
			if got := send(t, s, "GET", path, ""); got.Body != want {
				t.Errorf("got %s, want %s", got.Body, want)
			}
		})
	}
}

func TestPolicyUpdate_service(t *testing.T) {
	t.Parallel()
	s := start(t)
	wantAccepted(t, send(t, s, "POST", "/api/desktop/policy-update", `{"usb-enable":true,"data-access":true}`))
	wantAccepted(t, send(t, s, "POST", "/api/desktop/policy-update", `{"usb-enable":false}`))
	if got := s.Policy(); got != (desktoptest.Policy{DataAccess: true}) {
		t.Errorf("got %+v", got)
	}
}

func TestPolicyUpdate_desktopByCallback(t *testing.T) {
	t.Parallel()
	s, r := start(t, desktoptest.WithPolicyPerDesktop(), desktoptest.WithPolicyCallback()), newReceiver(t, 200)
	uuid := s.AddDesktop("dev_01", "win10")
	body := fmt.Sprintf(`{"desktop_uuid":%q,"usb-enable":true,"callback_url":%q}`, uuid, r.URL+"/a")
	wantAccepted(t, send(t, s, "POST", "/api/desktop/policy-update", body))
	if got := r.next(t); got.Status != "0" {
		t.Errorf("callback %+v", got)
	}
	d, _ := s.Desktop(uuid)
	if d.Policy != (desktoptest.Policy{USBEnable: true}) || s.Policy() != (desktoptest.Policy{}) {
		t.Errorf("desktop %+v, service %+v", d.Policy, s.Policy())
	}
}

func TestPasswordReset_answers(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.AddUser("dev_01")
	for _, tc := range []struct{ sent, want string }{
		{"Correct-Horse-1", "Correct-Horse-1"},
		{"", s.DefaultPassword()},
	} {
		got := send(t, s, "POST", "/api/user/pwd-reset", encode(map[string]string{"username": "dev_01", "password": tc.sent}))
		want := fmt.Sprintf(`{"data":{"password":%q,"username":"dev_01"},"message":"","status":"0"}`, tc.want)
		if got.Body != want || s.Password("dev_01") != tc.want {
			t.Errorf("got %s, want %s", got.Body, want)
		}
	}
}
