package nova_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
)

func TestServerConsoleURL_dataSource(t *testing.T) {
	t.Parallel()
	c := start(t)
	openStack, huawei := c.openStack(), c.huaweiCloud(key)
	password := c.huaweiCloud(fmt.Sprintf("user_name = %q\npassword = %q\ndomain_name = %q", identitytest.User, identitytest.Password, identitytest.Domain))
	steps.RunEcho(t, nil,
		resource.TestStep{Config: provider(openStack) + data(""), ConfigStateChecks: c.inState("openstack")},
		resource.TestStep{Config: provider(huawei) + data(""), ConfigStateChecks: c.inState("huaweicloud")},
		resource.TestStep{Config: provider(password) + data(`cloud = "huaweicloud"`), ConfigStateChecks: c.inState("huaweicloud")},
		resource.TestStep{Config: provider(huawei, openStack) + data(`cloud = "openstack"`), ConfigStateChecks: c.inState("openstack")},
		resource.TestStep{Config: provider(huawei, openStack) + data(`cloud = "huaweicloud"`), ConfigStateChecks: c.inState("huaweicloud")},
	)
}

func TestServerConsoleURL_ephemeral(t *testing.T) {
	t.Parallel()
	c := start(t)
	check := func(name string) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data"), knownvalue.ObjectPartial(c.console(name)))}
	}
	// The resource of echo keeps its first values, so each step needs its own
	// state.
	steps.RunEcho(t, nil, resource.TestStep{Config: provider(c.openStack()) + echoed(`timeouts { open = "1m" }`), ConfigStateChecks: check("openstack")})
	steps.RunEcho(t, nil, resource.TestStep{Config: provider(c.huaweiCloud(key)) + echoed(""), ConfigStateChecks: check("huaweicloud")})
}

// The console of a server that is created in the same apply is opened after the
// server exists.
func TestServerConsoleURL_unknownServer(t *testing.T) {
	t.Parallel()
	c := start(t)
	steps.RunEcho(t, nil, resource.TestStep{
		Config: provider(c.openStack()) + fmt.Sprintf(`
resource "terraform_data" "server" {
  input = %q
}
`, serverID) + strings.Replace(data(""), fmt.Sprintf("%q", serverID), "terraform_data.server.output", 1),
		ConfigStateChecks: c.inState("openstack"),
	})
}

// Each fault is an error of both types, and the error ends with a hint.
func TestServerConsoleURL_errors(t *testing.T) {
	t.Parallel()
	html := identitytest.Body(http.StatusServiceUnavailable, "text/html", "<html>503 Service Unavailable</html>")
	for name, tt := range map[string]struct {
		options     []novatest.Option
		prepare     func(cloud)
		credentials string
		arguments   string
		want        string
	}{
		"deleted": {prepare: func(c cloud) { c.nova.DeleteServer(serverID) }, want: "Instance " + serverID + " could not be found. Service: nova Operation: POST /servers/{server_id}/remote-consoles"},
		"stopped": {
			prepare: func(c cloud) { c.nova.SetServer(serverID, novatest.Stopped) },
			want:    "The server is in the state SHUTOFF, which does not change by itself. Start it, then try again.",
		},
		"in error": {
			prepare: func(c cloud) { c.nova.SetServer(serverID, novatest.Failed) },
			want:    "The server is in the state ERROR (No valid host was found.)",
		},
		"half built": {
			prepare: func(c cloud) { c.nova.SetServer(serverID, novatest.Build) }, arguments: `timeouts { read = "300ms" }`,
			want: "Timed out after 300ms. Instance " + serverID + " is not ready. Service: nova",
		},
		"microversion": {options: []novatest.Option{novatest.WithMicroversions(3)}, want: "The compute service does not offer the microversion 2.6"},
		"html": {
			prepare: func(c cloud) { c.nova.Answer(slices.Repeat([]http.HandlerFunc{html}, 200)...) },
			want:    "it begins: <html>503 Service Unavailable</html>",
		},
		"redirect": {prepare: func(c cloud) {
			c.nova.Answer(slices.Repeat([]http.HandlerFunc{identitytest.Redirect("https://elsewhere.example.com/")}, 200)...)
		}, want: "The provider does not follow redirects"},
		"clock":        {prepare: func(c cloud) { c.identity.SetClock(time.Hour) }, want: "The clock of this machine is 1h0m0s behind the clock of the service"},
		"wrong secret": {credentials: fmt.Sprintf("access_key = %q\nsecret_key = %q", identitytest.AccessKey, "wrong"), want: "verify aksk signature fail"},
		"wrong token":  {credentials: `token = "gAAAA-expired"`, want: "the provider cannot renew it"},
		"wrong password": {
			credentials: fmt.Sprintf("user_name = %q\npassword = %q\ndomain_name = %q", identitytest.User, "wrong", identitytest.Domain),
			want:        "The request you have made requires authentication. Service: iam Operation: POST /v3/auth/tokens",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, tt.options...)
			if tt.prepare != nil {
				tt.prepare(c)
			}
			credentials := key
			if tt.credentials != "" {
				credentials = tt.credentials
			}
			config := provider(c.huaweiCloud(credentials))
			open := strings.ReplaceAll(tt.arguments, "read", "open")
			steps.RunEcho(t, nil,
				resource.TestStep{Config: config + data(tt.arguments), ExpectError: regexp.MustCompile(`Unable to Open Server Console(.|\n)*` + acctest.ErrorContains(tt.want).String())},
				resource.TestStep{Config: config + echoed(open), ExpectError: acctest.ErrorContains(tt.want)},
			)
		})
	}
}

func TestServerConsoleURL_otherProject(t *testing.T) {
	t.Parallel()
	c := start(t)
	config := strings.Replace(c.huaweiCloud(fmt.Sprintf("token = %q", c.identity.Issue())), identitytest.ProjectID, "13c67a214ced4afb88d911ae4bd5721a", 1)
	steps.RunEcho(t, nil, resource.TestStep{Config: provider(config) + data(""), ExpectError: acctest.ErrorContains("check project_id")})
}

func TestServerConsoleURL_badInput(t *testing.T) {
	t.Parallel()
	c := start(t)
	all := []resource.TestStep{}
	for _, tt := range []struct{ config, want string }{
		{provider() + data(""), "no cloud that has servers is configured: add a `huaweicloud` or an `openstack` block to the provider"},
		{provider(c.openStack(), c.huaweiCloud(key)) + data(""), "set `cloud` to the one that has the server"},
		{provider(c.openStack()) + data(`cloud = "huaweicloud"`), "add a `huaweicloud` block to the provider to use it"},
		{provider(c.openStack()) + data(`cloud = "aws"`), `value must be one of: ["huaweicloud" "openstack"]`},
		{provider(c.openStack()) + strings.Replace(data(""), serverID, "", 1), "must be the ID of the server"},
		{provider(c.openStack()) + strings.Replace(data(""), serverID, "web server", 1), "must be the ID of the server, such as 47bc79ae-df61-4ade-9197-283a74e5d70e, not its name"},
		{provider(c.openStack()) + strings.Replace(data(""), serverID, "webserver", 1), "must be the ID of the server"},
		{provider(c.openStack()) + strings.Replace(data(""), serverID, "../a", 1), "must be the ID of the server"},
		{provider(c.huaweiCloud(`access_key = "a"`)) + data(""), "secret_key is missing: access_key requires it"},
		{provider(c.huaweiCloud(key+"\ntoken = \"t\"")) + data(""), "token and access_key are both set, but only one method of authentication can be used."},
		{provider(strings.Replace(c.openStack(), "user_name ", "user_id ", 1)) + data(""), "requires authentication"},
	} {
		all = append(all, resource.TestStep{Config: tt.config, ExpectError: acctest.ErrorContains(tt.want)})
	}
	steps.RunEcho(t, nil, append(all, resource.TestStep{Config: provider()})...)
}
