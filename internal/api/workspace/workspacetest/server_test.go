package workspacetest_test

import (
	"net/http"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

// The fake must refuse requests that the document does not allow. Otherwise
// tests with it would prove nothing.
func TestServer_isStrict(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	server := workspacetest.Start(t, cloud)
	server.SetCount(3)
	token := cloud.Issue()
	const get, path = http.MethodGet, workspacetest.Path
	for name, tt := range map[string]struct {
		method, target, header string
		status                 int
	}{
		"as documented":         {get, path + "?offset=258", "", 200},
		"all of it":             {get, path + "?start_time=2016-08-20T21:11Z&end_time=2016-08-20T21:11Z&user_name=a&computer_name=b&terminal_type=WI&offset=0&limit=1000&min_network_rtt=0&max_network_rtt=0&enterprise_project_id=0", "", 200},
		"no limit":              {get, path + "?limit=0", "", 200},
		"limit too large":       {get, path + "?limit=1001", "", 400},
		"negative offset":       {get, path + "?offset=-1", "", 400},
		"seconds":               {get, path + "?start_time=2016-08-20T21:11:00Z&end_time=2016-08-20T21:11Z", "", 400},
		"start alone":           {get, path + "?start_time=2016-08-20T21:11Z", "", 400},
		"end alone":             {get, path + "?end_time=2016-08-20T21:11Z", "", 400},
		"end before start":      {get, path + "?start_time=2016-08-20T21:12Z&end_time=2016-08-20T21:11Z", "", 400},
		"rtt reversed":          {get, path + "?min_network_rtt=2&max_network_rtt=1", "", 400},
		"empty value":           {get, path + "?user_name=", "", 400},
		"two values":            {get, path + "?user_name=a&user_name=b", "", 400},
		"unknown parameter":     {get, path + "?marker=1", "", 400},
		"no content type":       {get, path, "Content-Type", 400},
		"no token":              {get, path, "X-Auth-Token", 401},
		"project of another":    {get, "/v2/13c67a214ced4afb88d911ae4bd5721a/connections/desktops", "", 403},
		"another path":          {get, path + "/1", "", 404},
		"a method without call": {http.MethodPost, path, "", 405},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL+tt.target, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"Content-Type": {"application/json"}, "X-Auth-Token": {token}}
			req.Header.Del(tt.header)
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
