package desktop_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
)

// Invalid input is an error at plan time, before a request is sent.
func TestDesktop_badInput(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	with := func(attributes string) string {
		return config + "resource \"clouddesktop_desktop\" \"test\" {\n" + attributes + "\n}"
	}
	const dev = "user_group = \"dev\"\n os = \"win10\"\n"
	var all []resource.TestStep
	for _, test := range []struct{ config, says string }{
		{with(`os = "win10"`), "Exactly one of these attributes must be configured: [user_group,username]"},
		{with(dev + `username = "alice"`), "Exactly one of these attributes must be configured: [user_group,username]"},
		{with(`user_group = "dev"`), "A desktop cannot be ordered without an operating system. Write one of: win7, win10, kylin, macos."},
		{with("user_group = \"dev\"\n os = \"win11\""), `"win11" is not offered. Write one of: win7, win10, kylin, macos.`},
		{with(dev + "cpu = 1.5"), "cpu must be a whole number, and 1.5 is not one"},
		{with(dev + "memory_mib = 0.5"), "memory_mib must be a whole number"},
		{with(dev + "disk_gib = 1e30"), "disk_gib must be a whole number"},
		{with(dev + "password_wo = \"x\"\n password_wo_version = 1.5"), "password_wo_version must be a whole number"},
		{with(dev + "cpu = 0"), "Attribute cpu value must be at least 1"},
		{with(dev + "memory_mib = -1"), "Attribute memory_mib value must be between 1 and"},
		{with(dev + "disk_gib = 99999999"), "Attribute disk_gib value must be between 1 and"},
		{with("os = \"win10\"\n user_group = \"\""), "Attribute user_group must be a name"},
		{with("os = \"win10\"\n username = \" alice\""), "Attribute username must be a name"},
		{with(dev + `deletion_policy = "keep"`), `Attribute deletion_policy value must be one of: ["abandon" "revoke" "prevent"]`},
		{with(dev + `password_wo = "x"`), `Attribute "password_wo_version" must be specified when "password_wo" is specified`},
		{with(dev + `password_wo_version = 1`), `Attribute "password_wo" must be specified when "password_wo_version" is specified`},
		{with(dev + `password_recipient = "ssh-rsa nonsense"`), "Write an age recipient (age1…) or an SSH public key"},
		{with(dev + `password_recipient = "AGE-SECRET-KEY-1QQQ"`), "it is a secret key; write its public key, which begins with age1"},
		{with(dev + `timeouts { create = "-5m" }`), `create is "-5m", but a timeout must be longer than zero.`},
		{with(dev + `timeouts { create = "soon" }`), "must be a string containing a sequence of decimal numbers"},
	} {
		all = append(all, resource.TestStep{Config: test.config, ExpectError: acctest.ErrorContains(test.says)})
	}
	// The last configuration must be valid, because it is used for the destroy.
	steps.Run(t, append(all, resource.TestStep{Config: config})...)
	if requests := server.Requests(); len(requests) != 0 {
		t.Errorf("%d requests were sent, want none", len(requests))
	}
}

func TestDesktop_diskCannotShrink(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith("disk_gib = 50"),
	}, resource.TestStep{
		PreConfig:   server.ResetRequests,
		Config:      config + desktopWith("disk_gib = 40"),
		ExpectError: acctest.ErrorContains("The disk has 50 GiB and can only grow. Write 50 or more."),
	}, resource.TestStep{
		Config: config + desktopWith("disk_gib = 50"),
		Check:  sent(server, desktoptest.ResourceUpdate),
	}, resource.TestStep{
		// Another desktop may have a smaller disk.
		Config: config + strings.ReplaceAll(desktopWith("disk_gib = 40"), "win10", "kylin"),
	})
}

func TestDesktop_notConfigured(t *testing.T) {
	t.Parallel()
	steps.Run(t, resource.TestStep{
		Config:      `provider "clouddesktop" {}` + desktopWith(""),
		ExpectError: acctest.ErrorContains("add a `desktop` block to the provider to use it"),
	}, resource.TestStep{
		Config: `provider "clouddesktop" {}`,
	})
}

func TestDesktop_configuredByEnvironment(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithHeader("Authorization", "Bearer of-the-team"))
	env := map[string]string{
		"CLOUDDESKTOP_ENDPOINT": server.URL, "CLOUDDESKTOP_AUTHORIZATION": "Bearer of-the-team", "TF_DATA_DIR": t.TempDir(),
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProvidersOf(t, func(e *clients.Env) {
			e.Getenv = func(name string) string { return env[name] }
		}),
		Steps: []resource.TestStep{{Config: `provider "clouddesktop" {}` + desktopWith("")}},
	})
}

// A provider argument that is known only after apply does not prevent a plan.
func TestDesktop_providerUnknownAtPlan(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	inbox := filepath.Join(t.TempDir(), "inbox")
	config := func(desktop string) string {
		return fmt.Sprintf(`
resource "terraform_data" "later" {
  input = %q
}
provider "clouddesktop" {
  desktop %s
  callback {
    inbox = %q
    scope = "test"
  }
}
`, server.URL, desktop, inbox) + desktopWith("cpu = 2")
	}
	for name, desktop := range map[string]string{
		"endpoint": `{ endpoint = terraform_data.later.output }`,
		"header":   fmt.Sprintf("{\n endpoint = %q\n headers = { X-Token = terraform_data.later.output }\n }", server.URL),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps.Run(t, resource.TestStep{Config: config(desktop)})
		})
	}
}

// Reading needs no callback, so it works with an unknown callback block.
func TestDesktop_callbackUnknownAtPlan(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddDesktop("alice", "kylin")
	steps.Run(t, resource.TestStep{
		Config: fmt.Sprintf(`
resource "terraform_data" "later" {
  input = %q
}
provider "clouddesktop" {
  desktop { endpoint = %q }
  callback {
    inbox = terraform_data.later.output
    scope = "test"
  }
}
data "clouddesktop_user_desktops" "alice" {
  username = "alice"
}
`, filepath.Join(t.TempDir(), "inbox"), server.URL) + desktopWith("cpu = 2"),
		Check: resource.TestCheckResourceAttr("data.clouddesktop_user_desktops.alice", "desktops.#", "1"),
	})
}

func TestDesktop_unknownInputs(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server) + `
resource "terraform_data" "later" {
  input = { group = "dev", os = "kylin", cpu = 2, recipient = null }
}
resource "clouddesktop_desktop" "test" {
  user_group         = terraform_data.later.output.group
  os                 = terraform_data.later.output.os
  cpu                = terraform_data.later.output.cpu
  password_recipient = terraform_data.later.output.recipient
}`,
		Check: func(state *terraform.State) error {
			return resource.TestCheckResourceAttr(address, "password", server.Password("dev_01"))(state)
		},
	})
}

// A service on another machine cannot reach a loopback address. This is an
// error at plan time; no request is sent to the service, which does not exist.
func TestDesktop_callbackOnLoopback(t *testing.T) {
	t.Parallel()
	const elsewhere = "https://desktop.invalid"
	inbox := filepath.Join(t.TempDir(), "inbox")
	config := func(callback string) string {
		return fmt.Sprintf("provider \"clouddesktop\" {\n desktop { endpoint = %q }\n callback {\n  inbox = %q\n  scope = \"test\"\n %s\n }\n}\n", elsewhere, inbox, callback)
	}
	steps.Run(t, resource.TestStep{
		Config:      config("") + desktopWith(""),
		ExpectError: acctest.ErrorContains("the callback URL would be 127.0.0.1"),
	}, resource.TestStep{
		Config:      config("listen = \"127.0.0.1:8700\"\n url = \"http://localhost:8700\"") + desktopWith(""),
		ExpectError: acctest.ErrorContains("the callback URL would be localhost"),
	}, resource.TestStep{
		Config:      config(`listen = ":8700"`) + desktopWith(""),
		ExpectError: acctest.ErrorContains("Write that address, such as https://runner.example.com:8700"),
	}, resource.TestStep{
		Config:             config("listen = \"127.0.0.1:8700\"\n url = \"http://runner.invalid:8700\"") + desktopWith(""),
		PlanOnly:           true,
		ExpectNonEmptyPlan: true,
	})
}
