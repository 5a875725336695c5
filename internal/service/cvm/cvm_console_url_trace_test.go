package cvm_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
)

// run plans and applies a configuration with the most detailed log. It returns
// the content of all files in the working directory, and the output.
func run(t *testing.T, server *cvmtest.Server, config string) map[string]string {
	t.Helper()
	cli := acctest.NewCLI(t)
	cli.Env = append(cli.Env, "TF_LOG=trace", "TF_LOG_PATH=trace.log", "TENCENTCLOUD_REGION=ap-beijing",
		"TENCENTCLOUD_SECRET_ID="+credential.SecretID, "TENCENTCLOUD_SECRET_KEY="+credential.SecretKey, "TENCENTCLOUD_TOKEN="+credential.Token)
	cli.Write("main.tf", `
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}
provider "clouddesktop" {
  tencentcloud { endpoint = "`+server.URL+`" }
}
`+config)
	cli.MustRun("init")
	plan := cli.MustRun("plan", "-out=plan")
	apply := cli.MustRun("apply", "plan")
	files := map[string]string{"printed": plan.Stdout + plan.Stderr + apply.Stdout + apply.Stderr}
	maps.Copy(files, cli.Files())
	return files
}

// holds checks whether a file contains the secrets.
func holds(t *testing.T, files map[string]string, name string, secrets []string, want bool) {
	t.Helper()
	content, ok := files[name]
	if !ok {
		t.Errorf("there is no %s", name)
	}
	found := false
	for _, secret := range secrets {
		found = found || strings.Contains(content, strings.TrimSuffix(secret, "="))
	}
	if found != want {
		t.Errorf("that %s holds a secret is %v, want %v", name, found, want)
	}
}

func TestCVMConsoleURL_ephemeralIsNotStored(t *testing.T) {
	acctest.RequireTerraform(t, 10)
	t.Parallel()
	server := start(t)
	files := run(t, server, `
ephemeral "clouddesktop_cvm_console_url" "test" {
  instance_id = "ins-r9hr2upy"
}
`)
	tickets := server.Tickets()
	if want := acctest.CLIVersion(t).Opens(); len(tickets) != want {
		t.Errorf("%d consoles were opened, want %d", len(tickets), want)
	}
	if !strings.Contains(files["trace.log"], "@module=clouddesktop") {
		t.Error("the log shows nothing of the provider")
	}
	for name := range files {
		holds(t, files, name, append(tickets, credential.SecretKey, credential.Token), false)
	}
	for _, name := range []string{"printed", "terraform.tfstate", "plan/tfplan"} {
		holds(t, files, name, tickets, false)
	}
}

func TestCVMConsoleURL_dataSourceIsOnlyInTheState(t *testing.T) {
	t.Parallel()
	server := start(t)
	files := run(t, server, data("")+`
output "url" {
  value     = data.clouddesktop_cvm_console_url.test.url
  sensitive = true
}
`)
	tickets := server.Tickets()
	holds(t, files, "terraform.tfstate", tickets, true) // Control: the search finds secrets.
	holds(t, files, "trace.log", append(tickets, credential.SecretKey, credential.Token), false)
	holds(t, files, "printed", tickets, false)
}
