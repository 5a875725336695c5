package hpc_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc/hpctest"
)

func TestVNCSessions(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t,
		hpctest.NewSession("gv101", "ada", "SIG", 4),
		hpctest.NewSession("gv102", "ada", "CAD", 5),
		hpctest.NewSession("gv101", "bob", "SIG", 6),
	)
	token := server.Token(tomorrow())
	named := func(names ...string) []statecheck.StateCheck {
		sessions := []knownvalue.Check{}
		for _, name := range names {
			sessions = append(sessions, knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name)}))
		}
		return sessionsAre(knownvalue.ListExact(sessions))
	}
	steps.Run(t,
		resource.TestStep{Config: config(server, token, ""), ConfigStateChecks: named("gv101:4", "gv102:5", "gv101:6")},
		resource.TestStep{Config: config(server, token, `user = "ada"`), ConfigStateChecks: named("gv101:4", "gv102:5")},
		resource.TestStep{Config: config(server, token, `hostname = "gv101"`), ConfigStateChecks: named("gv101:4", "gv101:6")},
		resource.TestStep{Config: config(server, token, `job = "CAD"`), ConfigStateChecks: named("gv102:5")},
		resource.TestStep{Config: config(server, token, "user = \"ada\"\n job = \"SIG\""), ConfigStateChecks: named("gv101:4")},
		resource.TestStep{Config: config(server, token, `user = "ad"`), ConfigStateChecks: named()},
		resource.TestStep{
			Config: config(server, token, `hostname = "gv102"`),
			ConfigStateChecks: sessionsAre(knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectExact(map[string]knownvalue.Check{
				"id":          knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f]{32}$`)),
				"create_date": knownvalue.StringExact("2023-02-02 11:59:45"),
				"hostname":    knownvalue.StringExact("gv102"),
				"job":         knownvalue.StringExact("CAD"),
				"width":       knownvalue.Int64Exact(1920),
				"height":      knownvalue.Int64Exact(1080),
				"name":        knownvalue.StringExact("gv102:5"),
				"sid":         knownvalue.StringExact("5"),
				"user":        knownvalue.StringExact("ada"),
				"ip":          knownvalue.StringExact("10.0.41.5"),
				"session_id":  knownvalue.StringExact("gv102--ada--CAD--5"),
			})})),
		},
	)
}

func TestVNCSessions_throttled(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t)
	for range 10 {
		server.Answer(hpctest.Code("10011", "调用频次过高"))
	}
	steps.Run(t, resource.TestStep{
		Config:            config(server, server.Token(tomorrow()), ""),
		ConfigStateChecks: sessionsAre(knownvalue.ListSizeExact(0)),
	})
}

func TestVNCSessions_errors(t *testing.T) {
	t.Parallel()
	wide := hpctest.NewSession("gv101", "ada", "SIG", 4)
	wide.Width = "wide"
	undated := hpctest.NewSession("gv101", "ada", "SIG", 4)
	undated.CreateDate = "02.02.2023"
	for name, tt := range map[string]struct {
		answer    http.HandlerFunc
		arguments string
		expires   time.Time
		want      string
	}{
		"wrong token":   {hpctest.Code("10008", "权限不足"), "", tomorrow(), `权限不足\s+\(no\s+permission\)(.|\n)*Code:\s+10008`},
		"expired token": {nil, "", time.Date(2023, 6, 8, 8, 23, 28, 0, time.UTC), `token\s+expired\s+on\s+2023-06-08\s+at\s+08:23:28\s+UTC`},
		"no number":     {hpctest.List(wide), "", tomorrow(), `Session\s+1(.|\n)*has\s+width\s+"wide"`},
		"no date":       {hpctest.List(undated), "", tomorrow(), `Session\s+1(.|\n)*has\s+createDate\s+"02.02.2023"`},
		"HTML":          {hpctest.Body(http.StatusServiceUnavailable, "text/html", "<h1>maintenance</h1>"), "", tomorrow(), `<h1>maintenance</h1>(.|\n)*HTTP\s+status:\s+503`},
		"no time left":  {hpctest.Code("10011", "调用频次过高"), `timeouts { read = "200ms" }`, tomorrow(), `called\s+too\s+often(.|\n)*-parallelism`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := hpctest.Start(t)
			if tt.answer != nil {
				for range 1000 {
					server.Answer(tt.answer)
				}
			}
			steps.Run(t, resource.TestStep{
				Config:      config(server, server.Token(tt.expires), tt.arguments),
				ExpectError: regexp.MustCompile(`Unable\s+to\s+List\s+VNC\s+Sessions(.|\n)*` + tt.want),
			})
		})
	}
}

func TestVNCSessions_providerBlock(t *testing.T) {
	t.Parallel()
	const data = `
data "clouddesktop_vnc_sessions" "test" {}
`
	for name, tt := range map[string]struct{ block, want string }{
		"missing":     {``, "add\\s+a\\s+`hpc`\\s+block\\s+to\\s+the\\s+provider"},
		"no token":    {`hpc { endpoint = "https://hpc.example.com" }`, `CLOUDDESKTOP_HPC_TOKEN`},
		"no endpoint": {`hpc { token = "t" }`, `CLOUDDESKTOP_HPC_ENDPOINT`},
		"invalid endpoint": {`hpc {
  endpoint = "hpc.example.com"
  token = "t"
}`, `must\s+begin\s+with\s+https://`},
		"token of a file": {`hpc {
  endpoint = "https://hpc.example.com"
  token = "t\n"
}`, `trimspace`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps.Run(t, resource.TestStep{
				Config:      "provider \"clouddesktop\" {\n" + tt.block + "\n}\n" + data,
				ExpectError: regexp.MustCompile(tt.want),
			})
		})
	}
}

func TestVNCSessions_environment(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t, hpctest.NewSession("gv101", "ada", "SIG", 4))
	environment := map[string]string{
		"CLOUDDESKTOP_HPC_ENDPOINT": server.URL,
		"CLOUDDESKTOP_HPC_TOKEN":    server.Token(tomorrow()),
	}
	steps.RunIn(t, environment, resource.TestStep{
		Config:            `data "clouddesktop_vnc_sessions" "test" {}`,
		ConfigStateChecks: sessionsAre(knownvalue.ListSizeExact(1)),
	})
}

func TestVNCSessions_tokenIsNotLogged(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t, hpctest.NewSession("gv101", "ada", "SIG", 4))
	token := server.Token(tomorrow())
	cli := acctest.NewCLI(t)
	cli.Env = append(cli.Env, "TF_LOG=trace", "TF_LOG_PATH=trace.log",
		"CLOUDDESKTOP_HPC_ENDPOINT="+server.URL, "CLOUDDESKTOP_HPC_TOKEN="+token)
	cli.Write("main.tf", `
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}
data "clouddesktop_vnc_sessions" "test" {}
`)
	cli.MustRun("init")
	cli.MustRun("plan")
	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(log), hpctest.Path) {
		t.Error("the log does not show the request")
	}
	if strings.Contains(string(log), token) {
		t.Error("the log contains the token")
	}
}
