package novatest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
)

// The fake must refuse requests that the documents do not allow. Otherwise
// tests with it would prove nothing.
func TestServer_isStrict(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	server := novatest.Start(t, cloud, novatest.WithMicroversions(10))
	server.SetServer("up", novatest.Active)
	server.SetServer("down", novatest.Stopped)
	token := cloud.Issue()
	const (
		path = "/v2.1/" + identitytest.ProjectID + "/servers/up/remote-consoles"
		body = `{"remote_console":{"type":"novnc","protocol":"vnc"}}`
	)
	for name, tt := range map[string]struct {
		method, path, body string
		header             []string
		status             int
	}{
		"as documented":       {"POST", path, body, nil, 200},
		"the other header":    {"POST", path, body, []string{"X-Openstack-Nova-Api-Version", "", "Openstack-Api-Version", "compute 2.8"}, 200},
		"no microversion":     {"POST", path, body, []string{"X-Openstack-Nova-Api-Version", ""}, 404},
		"too old":             {"POST", path, body, []string{"X-Openstack-Nova-Api-Version", "2.5"}, 404},
		"too new":             {"POST", path, body, []string{"X-Openstack-Nova-Api-Version", "2.11"}, 406},
		"nonsense":            {"POST", path, body, []string{"X-Openstack-Nova-Api-Version", "new"}, 406},
		"headers disagree":    {"POST", path, body, []string{"Openstack-Api-Version", "compute 2.7"}, 406},
		"no token":            {"POST", path, body, []string{"X-Auth-Token", ""}, 401},
		"no content type":     {"POST", path, body, []string{"Content-Type", ""}, 400},
		"GET":                 {"GET", path, body, nil, 405},
		"other type":          {"POST", path, `{"remote_console":{"type":"spice-html5","protocol":"spice"}}`, nil, 400},
		"unknown field":       {"POST", path, `{"remote_console":{"type":"novnc","protocol":"vnc","url":"x"}}`, nil, 400},
		"unknown server":      {"POST", strings.Replace(path, "up", "gone", 1), body, nil, 404},
		"stopped server":      {"POST", strings.Replace(path, "up", "down", 1), body, nil, 409},
		"project of another":  {"POST", strings.Replace(path, identitytest.ProjectID, "other", 1), body, nil, 400},
		"path without a call": {"POST", "/v2.1/" + identitytest.ProjectID + "/servers", body, nil, 404},
		"versions":            {"GET", "/", "", nil, 200},
		"no version":          {"POST", "/servers/up/remote-consoles", body, nil, 300},
		"state":               {"GET", strings.TrimSuffix(path, "/remote-consoles"), "", nil, 200},
		"state of no server":  {"GET", strings.TrimSuffix(strings.Replace(path, "up", "gone", 1), "/remote-consoles"), "", nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"Content-Type": {"application/json"}, "X-Openstack-Nova-Api-Version": {"2.6"}, "X-Auth-Token": {token}}
			for i := 0; i < len(tt.header); i += 2 {
				req.Header.Set(tt.header[i], tt.header[i+1])
				if tt.header[i+1] == "" {
					req.Header.Del(tt.header[i])
				}
			}
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
			}
		})
	}
}
