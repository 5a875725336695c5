package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// TestMain runs the simulator in the test binary, so that no test has to build it.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_SIMULATOR") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestRun_untilInterrupted(t *testing.T) {
	t.Parallel()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	provider := filepath.Join(t.TempDir(), "provider.tf")
	cmd := exec.CommandContext(t.Context(), executable,
		"--write-provider", provider, "--callback-delay", "10ms", "--callback-put", "--desktop", "ops_07=kylin", "--fail", "resize=503:1", "--header", "X-Key=sesame")
	cmd.Env = append(os.Environ(), "RUN_SIMULATOR=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	next := func() string {
		t.Helper()
		if !lines.Scan() {
			t.Fatalf("the output ended: %v", lines.Err())
		}
		return lines.Text()
	}
	url := next()
	seeded := next()
	if written, err := os.ReadFile(provider); err != nil || !strings.Contains(string(written), url) || !strings.Contains(string(written), "required_providers") || !strings.Contains(string(written), `headers  = { "X-Key" = "sesame" }`) {
		t.Errorf("provider block %s, error %v", written, err)
	}

	called := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.Method }))
	defer receiver.Close()
	post := func(path, body string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Key", "sesame")
		client := &http.Client{Timeout: 10 * time.Second}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if got := post("/api/desktop/apply", fmt.Sprintf(`{"username":"dev","os":"win10","callback_url":%q}`, receiver.URL+"/capability")); got != 200 {
		t.Errorf("apply: %d", got)
	}
	if got := <-called; got != http.MethodPut {
		t.Errorf("the callback is a %s", got)
	}
	if got := post("/api/desktop/resource-update", `{}`); got != 503 {
		t.Errorf("resize: %d", got)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	got := seeded
	for lines.Scan() {
		got += "\n" + lines.Text()
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	for _, want := range []string{
		"created outside Terraform: desktop ops_07/",
		"ordered a win10 desktop for group dev",
		"dev_01 has desktop ",
		"POST /api/desktop/resource-update fails, as planned",
		"stopped",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line says %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "capability") || strings.Contains(got, "sesame") {
		t.Errorf("the output has a secret:\n%s", got)
	}
}

func TestRun_rejectsFlags(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ arg, want string }{
		{"--desktop=dev_07", "write user=os"},
		{"--header=Authorization", "write name=value"},
		{"--fail=delete", `unknown call "delete"`},
		{"--fail=apply=explode", `unknown fault "explode"`},
		{"--fail=apply=503:0", "is not a number of times"},
		{"--fail=password=never", "password has no callback"},
		{"--policy-callback=false", "does not take a value"},
		{"now", "unexpected argument"},
	} {
		t.Run(tc.arg, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			err := run(t.Context(), []string{tc.arg}, io.Discard, &stderr)
			if !errors.Is(err, errUsage) || !strings.Contains(stderr.String(), tc.want) {
				t.Errorf("error %v, stderr %s", err, stderr.String())
			}
		})
	}
}

func TestRun_help(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, io.Discard, &stderr); !errors.Is(err, flag.ErrHelp) || !strings.Contains(stderr.String(), "drop-after") {
		t.Errorf("error %v, stderr %s", err, stderr.String())
	}
}

func TestRun_reportsErrors(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--listen", "nowhere"},
		{"--write-provider", filepath.Join(t.TempDir(), "nowhere", "provider.tf")},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil || errors.Is(err, errUsage) {
			t.Errorf("%q: error %v", args, err)
		}
	}
}

// Every flag changes the behaviour of the fake.
func TestParse_configuresTheFake(t *testing.T) {
	t.Parallel()
	f, err := parse([]string{
		"--systems", "ubuntu,debian", "--unknown-user-empty", "--policy-per-desktop", "--policy-callback", "--sizes-as-text",
		"--desktop", "dev_01=ubuntu", "--desktop", "dev_02=debian", "--callback-delay=0", "--fail", "desktops=401:2", "--fail", "apply=never",
	}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{`operating_systems = ["ubuntu", "debian"]`, `policy_scope = "desktop"`, "policy_callback = true"}
	if diff := cmp.Diff(lines, f.lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]seed{{"dev_01", "ubuntu"}, {"dev_02", "debian"}}, f.desktops, cmp.AllowUnexported(seed{})); diff != "" {
		t.Errorf("desktops (-want +got):\n%s", diff)
	}
	s := desktoptest.New(f.options...)
	defer s.Close()
	for _, planned := range f.faults {
		planned.plan(s)
	}
	uuid := s.AddDesktop("dev_01", "ubuntu")
	s.SetVolumes(uuid, 1)
	send := func(method, path, body string) string {
		req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		return fmt.Sprint(w.Code, " ", w.Body.String())
	}
	for _, tc := range []struct{ method, path, body, want string }{
		{"GET", "/api/user/dev_01/desktops", "", "401"},
		{"GET", "/api/user/dev_01/desktops", "", "401"},
		{"GET", "/api/user/nobody/desktops", "", `200 {"data":[],"message":"","status":0}`},
		{"GET", "/api/desktop/" + uuid + "/volumes", "", `"volume_size":"1"`},
		{"POST", "/api/desktop/policy-update", `{"usb-enable":true,"desktop_uuid":"` + uuid + `"}`, "callback_url is missing"},
		{"POST", "/api/desktop/policy-update", `{"usb-enable":true,"callback_url":"http://r/1"}`, "desktop_uuid is missing"},
		{"POST", "/api/desktop/apply", `{"username":"dev","os":"win10","callback_url":"http://r/1"}`, "there is no system"},
		{"POST", "/api/desktop/apply", `{"username":"dev","os":"ubuntu","callback_url":"http://127.0.0.1:9/1"}`, `"status":"0"`},
	} {
		if got := send(tc.method, tc.path, tc.body); !strings.Contains(got, tc.want) {
			t.Errorf("%s %s %s: got %s, want %q in it", tc.method, tc.path, tc.body, got, tc.want)
		}
	}
	s.Wait()
	if n := len(s.Deliveries()); n != 0 || len(s.Desktops()) != 2 {
		t.Errorf("%d callbacks, %d desktops", n, len(s.Desktops()))
	}
}
