package simulator_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a running simulator with its log.
type running struct {
	*simulator.Simulator
	URL  string
	stop func() error

	mu    sync.Mutex
	lines []string
}

func start(t *testing.T, desktop ...desktoptest.Option) *running {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{URL: "http://" + listener.Addr().String()}
	r.Simulator = simulator.New(func(line string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines = append(r.lines, line)
	}, desktop...)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Serve(ctx, listener) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// answer is an HTTP response.
type answer struct {
	status int
	header http.Header
	body   string
}

func (r *running) send(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(header, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(got)}
}

func TestSimulator_servesAllServices(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Desktop.AddDesktop("dev_01", "win10")
	wants := func(got answer, part string) {
		t.Helper()
		if !strings.Contains(got.body, part) {
			t.Errorf("got %s, want %q in it", got.body, part)
		}
	}

	wants(s.send(t, "GET", "/api/user/dev_01/desktops", ""), `"desktop_name":"dev_01-win10-1"`)

	hpcToken := s.HPC.Token(time.Now().Add(time.Hour))
	wants(s.send(t, "GET", "/hpc/openapi/v2/desktop/vnc", "", "token", hpcToken), `"total":2`)

	session := s.send(t, "POST", "/v3/auth/tokens", login(t))
	wants(session, s.URL+"/v2.1/"+identitytest.ProjectID)
	token := session.header.Get("X-Subject-Token")

	console := "/v2.1/" + identitytest.ProjectID + "/servers/" + simulator.ServerID + "/remote-consoles"
	wants(s.send(t, "POST", console, `{"remote_console":{"type":"novnc","protocol":"vnc"}}`,
		"X-Auth-Token", token, "OpenStack-API-Version", "compute 2.6"), `"url"`)

	records := "/v2/" + identitytest.ProjectID + "/connections/desktops"
	wants(s.send(t, "GET", records, "", "X-Auth-Token", token, "Content-Type", "application/json"), `"total_count":3`)

	wants(s.send(t, "POST", "/", `{"InstanceId":"`+simulator.InstanceID+`"}`), `"AuthFailure`)

	if got := s.send(t, "GET", "/elsewhere", ""); got.status != 404 {
		t.Errorf("elsewhere: %+v", got)
	}

	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"listed the desktops of dev_01: 1",
		"asked the HPC portal for its sessions: 200 OK",
		"asked the identity service for a token: 201 Created",
		"asked the compute service for a console: 200 OK",
		"asked the workspace service for login records: 200 OK",
		"asked the CVM service for a console: 200 OK",
		"request with an unknown path: 404 Not Found",
	}
	if diff := cmp.Diff(want, s.lines); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func login(t *testing.T) string {
	t.Helper()
	type object = map[string]any
	domain := object{"name": identitytest.Domain}
	body, err := json.Marshal(object{"auth": object{
		"identity": object{
			"methods": []string{"password"},
			"password": object{"user": object{
				"name": identitytest.User, "password": identitytest.Password, "domain": domain,
			}},
		},
		"scope": object{"project": object{"name": identitytest.Project, "domain": domain}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// An order and a request are running when it stops.
func TestSimulator_stopsRunningRequests(t *testing.T) {
	t.Parallel()
	s := start(t)
	hold := s.Desktop.Hold(desktoptest.Apply, 1)
	s.send(t, "POST", "/api/desktop/apply", `{"username":"dev","os":"win10","callback_url":"http://127.0.0.1:9/x"}`)
	<-hold.Reached
	stalled := make(chan struct{})
	s.Desktop.Fail(desktoptest.UserDesktops, 1, func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		close(stalled)
		desktoptest.Stall()(w, r, serve)
	})
	failed := make(chan error, 1)
	go func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/user/dev_01/desktops", nil)
		if err == nil {
			var resp *http.Response
			if resp, err = http.DefaultTransport.RoundTrip(req); err == nil {
				err = resp.Body.Close()
			}
		}
		failed <- err
	}()
	<-stalled
	began := time.Now()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the hanging request was answered")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s to stop", took)
	}
}

func TestServe_reportsErrors(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := simulator.New(func(string) {}).Serve(t.Context(), listener); err == nil {
		t.Error("it served on a closed listener")
	}
}
