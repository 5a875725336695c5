package desktoptest_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestServer_Requests(t *testing.T) {
	t.Parallel()
	s := desktoptest.Start(t)
	s.AddUser("dev_01")
	send(t, s, "POST", "/api/desktop/policy-update", `{"usb-enable":false,"data-access":null}`, "X-Tenant", "blue")
	send(t, s, "POST", "/api/desktop/policy-update", `[]`)
	send(t, s, "GET", "/api/user/dev_01/desktops", "")
	send(t, s, "GET", "/api/user/a%2Fb/desktops", "")
	send(t, s, "GET", "/elsewhere", "")

	all := s.Requests()
	if len(all) != 5 {
		t.Fatalf("%d requests", len(all))
	}
	first := all[0]
	if first.Call != desktoptest.PolicyUpdate || first.Method != "POST" || first.Path != "/api/desktop/policy-update" || first.Header.Get("X-Tenant") != "blue" {
		t.Errorf("got %+v", first)
	}
	// False, null and absent are three different values.
	usb, usbSent := first.Body["usb-enable"]
	data, dataSent := first.Body["data-access"]
	if _, sent := first.Body["desktop_uuid"]; !usbSent || string(usb) != "false" || !dataSent || string(data) != "null" || sent {
		t.Errorf("body %s", first.Body)
	}
	if all[1].Body != nil || all[2].Body != nil || all[4].Call != desktoptest.AnyCall {
		t.Errorf("got %+v", all[1:])
	}
	for pattern, want := range map[string]int{
		"/api/user/…/desktops":      2,
		"/api/user/*/desktops":      2,
		"/api/user/dev_01/desktops": 1,
		"/api/…":                    0,
		"/elsewhere":                1,
	} {
		if got := s.Count("GET", pattern); got != want {
			t.Errorf("%s: counted %d, want %d", pattern, got, want)
		}
	}
	if got := len(s.Requests(desktoptest.PolicyUpdate, desktoptest.AnyCall)); got != 3 {
		t.Errorf("%d requests of two calls", got)
	}
	s.ResetRequests()
	if got := s.Requests(); len(got) != 0 {
		t.Errorf("not forgotten: %v", got)
	}
}

func TestServer_secretsAndLog(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var lines []string
	s := start(t, desktoptest.WithHeader("Authorization", "Bearer open-sesame"), desktoptest.WithLog(func(line string) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, line)
	}))
	r := newReceiver(t, 200)
	auth := []string{"Authorization", "Bearer open-sesame"}
	wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "win10", "capability"), auth...))
	uuid := r.next(t).Data["desktop_uuid"]
	first := s.Password("dev_01")
	body := encode(map[string]any{"desktop_uuid": uuid, "cpu": 4, "memory": 8 * gib, "disk": 5, "callback_url": r.URL + "/other"})
	wantAccepted(t, send(t, s, "POST", "/api/desktop/resource-update", body, auth...))
	r.next(t)
	send(t, s, "POST", "/api/user/pwd-reset", `{"username":"dev_01","password":"Correct-Horse-1"}`, auth...)
	send(t, s, "POST", "/api/user/pwd-reset", `{"username":"dev_01","password":""}`, auth...)
	wantAccepted(t, send(t, s, "POST", "/api/desktop/policy-update", `{"usb-enable":true}`, auth...))
	send(t, s, "GET", "/api/user/dev_01/desktops", "", auth...)
	send(t, s, "GET", "/api/desktop/"+uuid+"/volumes", "", auth...)
	send(t, s, "GET", "/api/user/a%0Ab/desktops", "", "Authorization", "Basic guess-work")
	s.Wait()

	secrets := s.Secrets()
	want := []string{
		"open-sesame", "guess-work", r.URL + "/capability", "capability", r.URL + "/other", "other",
		first, "Correct-Horse-1", s.DefaultPassword(),
	}
	for _, secret := range want {
		if secret == "" || !strings.Contains(strings.Join(secrets, "\n"), secret) {
			t.Errorf("%q is not among the secrets", secret)
		}
	}
	short := uuid[:8] + "…"
	wantLines := []string{
		"ordered a win10 desktop for group dev",
		"dev_01 has desktop " + short + " (password sent by callback)",
		"resize of desktop " + short + ": 4 CPUs, memory 8 GiB, disk 5 bytes",
		"desktop " + short + " is resized (reported by callback)",
		"password of dev_01 reset to the given password",
		"password of dev_01 reset to the service's default",
		"policy of the service: USB on, data access off",
		"listed the desktops of dev_01: 1",
		"listed the volumes of desktop " + short + ": 1",
		`refused GET "/api/user/a\nb/desktops": the header Authorization is missing or wrong`,
	}
	if diff := cmp.Diff(wantLines, lines); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	for _, secret := range secrets {
		if secret != "other" && strings.Contains(strings.Join(lines, "\n"), secret) {
			t.Errorf("the log contains the secret %q", secret)
		}
	}
}
