package workspace_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

func TestLoginRecords_filters(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	server.SetCount(1500)
	config := provider(cloud, server, key)
	steps.Run(t,
		resource.TestStep{
			Config:            config + data("start_time = \"2020-04-24T00:01Z\"\n end_time = \"2020-04-24T00:03Z\""),
			ConfigStateChecks: holds(2, "transaction-2", "transaction-1"),
		},
		resource.TestStep{
			// Half a minute is rounded so that the range becomes larger.
			Config:            config + data("start_time = \"2020-04-24T08:01:30+08:00\"\n end_time = \"2020-04-24T08:01:45+08:00\""),
			ConfigStateChecks: holds(1, "transaction-1"),
		},
		resource.TestStep{
			Config: config + data(`
user_name             = "jy07@local.com"
computer_name         = "JY407"
terminal_type         = "WI"
min_network_rtt       = 17
max_network_rtt       = 17
enterprise_project_id = "0"
`),
			ConfigStateChecks: holds(2, "transaction-1407", "transaction-407"),
		},
		resource.TestStep{Config: config + data(`user_name = "nobody"`), ConfigStateChecks: holds(0)},
		resource.TestStep{
			Config:            config + data("max_records = 2"),
			ConfigStateChecks: holds(1500, "transaction-1499", "transaction-1498"),
		},
		resource.TestStep{
			Config: config + data(""),
			ConfigStateChecks: []statecheck.StateCheck{
				hasValue("total_count", knownvalue.Int64Exact(1500)), hasValue("records", knownvalue.ListSizeExact(1500)),
			},
		},
	)
}

func TestLoginRecords_fields(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	server.SetRecords(workspacetest.NewRecord(7), workspacetest.Record{"tenantId": "t", "user_name": "ada"})
	exact := knownvalue.StringExact
	record := func(values map[string]knownvalue.Check) knownvalue.Check {
		all := map[string]knownvalue.Check{}
		for name := range workspacetest.NewRecord(0) {
			if name != "tenantId" {
				all[name] = knownvalue.Null()
			}
		}
		maps.Copy(all, values)
		return knownvalue.ObjectExact(all)
	}
	steps.Run(t, resource.TestStep{
		Config: provider(cloud, server, key) + data(""),
		ConfigStateChecks: []statecheck.StateCheck{hasValue("records", knownvalue.ListExact([]knownvalue.Check{
			record(map[string]knownvalue.Check{
				"sid": exact("S-1-5-21-7"), "transaction_id": exact("transaction-7"), "computer_name": exact("JY007"), "user_name": exact("jy07@local.com"),
				"terminal_mac": exact("00-ac-9c-c7-9a-df"), "terminal_name": exact("DESKTOP-EG0P3TR"), "terminal_ip": exact("8.5.60.58"),
				"client_version": exact("1.8.00005"), "terminal_type": exact("WI"), "agent_version": exact("1.8.00005.10546"), "desktop_ip": exact("172.16.148.250"),
				"connection_start_time": exact("2020-04-24T00:07:02Z"), "connection_setup_time": exact("2020-04-24T00:07:05Z"), "connection_end_time": exact("2020-04-24T00:07:55Z"),
				"is_reconnect": knownvalue.Bool(true), "connection_failure_reason": exact(""), "network_rtt": knownvalue.Int64Exact(7), "e2e_rtt": knownvalue.Int64Exact(17),
				"source_ip": exact("8.5.60.59"), "public_ip": exact("0.0.0.0"), "enterprise_project_id": exact("0"),
			}),
			record(map[string]knownvalue.Check{"user_name": exact("ada")}),
		}))},
	})
}

func TestLoginRecords_authentication(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	for _, credentials := range []string{
		key,
		fmt.Sprintf("token = %q", cloud.Issue()),
		fmt.Sprintf("user_name = %q\npassword = %q\ndomain_name = %q", identitytest.User, identitytest.Password, identitytest.Domain),
		fmt.Sprintf("access_key = %q\nsecret_key = %q\nsecurity_token = %q", identitytest.TemporaryKey, identitytest.TemporarySecret, identitytest.SecurityToken),
	} {
		steps.Run(t, resource.TestStep{Config: provider(cloud, server, credentials) + data(""), ConfigStateChecks: holds(0)})
	}
}

func TestLoginRecords_badInput(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	config := provider(cloud, server, key)
	all := []resource.TestStep{}
	for _, tt := range []struct{ config, want string }{
		{config + data(`start_time = "2020-04-24T00:01Z"`), `Attribute "end_time" must be specified when "start_time" is specified`},
		{config + data(`end_time = "2020-04-24T00:01Z"`), `Attribute "start_time" must be specified when "end_time" is specified`},
		{config + data("start_time = \"yesterday\"\n end_time = \"2020-04-24T00:01Z\""), `"yesterday" is not a time. Write it like 2016-08-20T21:11:00+08:00 or 2016-08-20T21:11Z.`},
		{config + data("start_time = \"2020-04-24T00:02Z\"\n end_time = \"2020-04-24T00:01Z\""), "It is before start_time. Write a later time."},
		{config + data("min_network_rtt = 5\n max_network_rtt = 4"), "It is less than min_network_rtt. Write 5 or more."},
		{config + data("min_network_rtt = -1"), "min_network_rtt value must be at least 0"},
		{config + data("max_records = 0"), "max_records value must be between 1 and"},
		{config + data("max_records = 1.5"), "max_records must be a whole number"},
		{config + data(`user_name = ""`), "user_name string length must be at least 1"},
		{`provider "clouddesktop" {}` + "\n" + data(""), "add a `huaweicloud` block to the provider to use it"},
		{provider(cloud, server, `secret_key = "x"`) + data(""), "access_key is missing: secret_key requires it. Set it in the huaweicloud block, or set HW_ACCESS_KEY."},
		{provider(cloud, server, "") + data(""), "No credentials are set. Set one of these: token;"},
	} {
		all = append(all, resource.TestStep{Config: tt.config, ExpectError: acctest.ErrorContains(tt.want)})
	}
	steps.Run(t, append(all, resource.TestStep{Config: config})...)
	if got := len(server.Requests()); got != 0 {
		t.Errorf("%d requests were sent, want none", got)
	}
}

// Filters that are known only after apply do not prevent a plan.
func TestLoginRecords_unknownInputs(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	server.SetCount(3)
	steps.Run(t, resource.TestStep{
		Config: provider(cloud, server, key) + `
resource "terraform_data" "later" {
  input = { start = "2020-04-24T00:01Z", end = "2020-04-24T00:02Z", least = 1, most = 1 }
}
` + data(`
start_time      = terraform_data.later.output.start
end_time        = terraform_data.later.output.end
min_network_rtt = terraform_data.later.output.least
max_records     = terraform_data.later.output.most
`),
		ConfigStateChecks: holds(1, "transaction-1"),
	})
}

func TestLoginRecords_errors(t *testing.T) {
	t.Parallel()
	html := identitytest.Body(http.StatusServiceUnavailable, "text/html", "<html>503 Service Unavailable</html>")
	for name, tt := range map[string]struct {
		prepare     func(*identitytest.Server, *workspacetest.Server)
		credentials string
		arguments   string
		want        string
	}{
		"clock":          {prepare: func(c *identitytest.Server, _ *workspacetest.Server) { c.SetClock(-time.Hour) }, want: "The clock of this machine is 1h0m0s ahead of the clock of the service"},
		"wrong secret":   {credentials: fmt.Sprintf("access_key = %q\nsecret_key = %q", identitytest.AccessKey, "wrong"), want: "HTTP status: 401 Code: APIGW.0301 Request ID: 7dee64bb41c3bfd2fb0f5f4d47a1cbd8 Check access_key and secret_key"},
		"wrong token":    {credentials: `token = "gAAAA-wrong"`, want: "the provider cannot renew it"},
		"wrong password": {credentials: fmt.Sprintf("user_name = %q\npassword = %q\ndomain_name = %q", identitytest.User, "wrong", identitytest.Domain), want: "HTTP status: 401 Code: Unauthorized The provider tried to log in as the user \"ada\" in the account \"acme\", for the project with the ID"},
		"html": {prepare: func(_ *identitytest.Server, s *workspacetest.Server) {
			s.Answer(slices.Repeat([]http.HandlerFunc{html}, 100)...)
		}, want: "it begins: <html>503 Service Unavailable</html>"},
		"slow down": {
			prepare: func(_ *identitytest.Server, s *workspacetest.Server) {
				s.Answer(slices.Repeat([]http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
					identitytest.GatewayFault(w, http.StatusTooManyRequests, "APIGW.0308", "The throttling threshold has been reached")
				}}, 1000)...)
			},
			arguments: `timeouts { read = "300ms" }`, want: "The throttling threshold has been reached",
		},
		"half": {prepare: func(_ *identitytest.Server, s *workspacetest.Server) {
			s.Answer(slices.Repeat([]http.HandlerFunc{identitytest.Body(200, "application/json", `{"total_count":1,`)}, 10)...)
		}, want: "not the JSON of login records"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, server := start(t)
			if tt.prepare != nil {
				tt.prepare(cloud, server)
			}
			credentials := key
			if tt.credentials != "" {
				credentials = tt.credentials
			}
			steps.Run(t, resource.TestStep{
				Config:      provider(cloud, server, credentials) + data(tt.arguments),
				ExpectError: regexp.MustCompile(`Unable to Read Login Records(.|\n)*` + acctest.ErrorContains(tt.want).String()),
			})
		})
	}
}

func TestLoginRecords_otherProject(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	config := strings.Replace(provider(cloud, server, fmt.Sprintf("token = %q", cloud.Issue())), identitytest.ProjectID, "13c67a214ced4afb88d911ae4bd5721a", 1)
	steps.Run(t, resource.TestStep{Config: config + data(""), ExpectError: acctest.ErrorContains("Check that project_id is the project of the credentials")})
}
