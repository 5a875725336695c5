package desktop_test

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const address = "clouddesktop_desktop.test"

// providerFor configures the provider for a fake.
func providerFor(t *testing.T, server *desktoptest.Server, more ...string) string {
	t.Helper()
	return fmt.Sprintf(`
provider "clouddesktop" {
  desktop {
    endpoint = %q
    %s
  }
  callback {
    inbox = %q
    scope = "test"
  }
}
`, server.URL, strings.Join(more, "\n"), filepath.Join(t.TempDir(), "inbox"))
}

// desktopWith returns a desktop of group dev with more attributes.
func desktopWith(attributes string) string {
	return fmt.Sprintf(`
resource "clouddesktop_desktop" "test" {
  user_group = "dev"
  os         = "win10"
  %s
}
`, attributes)
}

func hasValue(attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), value)
}

// plans checks the planned action for the desktop.
func plans(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// sent checks, after a step, the bodies of all requests of a call, without
// their uuids and callback URLs.
func sent(server *desktoptest.Server, call desktoptest.Call, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		var got []string
		for _, r := range server.Requests(call) {
			var fields []string
			for _, name := range slices.Sorted(maps.Keys(r.Body)) {
				if name != "callback_url" && name != "desktop_uuid" {
					fields = append(fields, name+"="+string(r.Body[name]))
				}
			}
			got = append(got, strings.Join(fields, " "))
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("sent %q to %s, want %q", got, call, want)
		}
		return nil
	}
}

// providerFile configures the provider for a fake, with more arguments of the
// desktop block.
func providerFile(server *desktoptest.Server, more string) string {
	return fmt.Sprintf(`
terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}
provider "clouddesktop" {
  desktop {
    endpoint = %q
    headers  = { Authorization = "Bearer of-the-team" }
    %s
  }
}
`, server.URL, more)
}

// cli returns a working directory with the built provider, configured for a
// fake.
func cli(t *testing.T, server *desktoptest.Server, config string) *acctest.CLI {
	t.Helper()
	c := acctest.NewCLI(t)
	c.Write("main.tf", providerFile(server, "")+config)
	c.MustRun("init")
	return c
}

func startWithToken(t *testing.T, options ...desktoptest.Option) *desktoptest.Server {
	t.Helper()
	return desktoptest.Start(t, append(options, desktoptest.WithHeader("Authorization", "Bearer of-the-team"))...)
}

const policyAddress = "clouddesktop_desktop_policy.test"

func policyWith(attributes string) string {
	return policyNamed("test", attributes)
}

func policyNamed(name, attributes string) string {
	return fmt.Sprintf(`
resource "clouddesktop_desktop_policy" %q {
  %s
}
`, name, attributes)
}

// providerKnownLater configures the provider with an endpoint that is known
// only after apply.
func providerKnownLater(t *testing.T, server *desktoptest.Server) string {
	t.Helper()
	return strings.Replace(providerFor(t, server), fmt.Sprintf("%q", server.URL), "terraform_data.later.output", 1) +
		fmt.Sprintf("resource \"terraform_data\" \"later\" {\n  input = %q\n}\n", server.URL)
}

// policyIs checks the policy in the service.
func policyIs(server *desktoptest.Server, want desktoptest.Policy) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if got := server.Policy(); got != want {
			return fmt.Errorf("the policy is %+v, want %+v", got, want)
		}
		return nil
	}
}

// refused checks that a configuration is an error at plan time, before a
// request is sent.
func refused(t *testing.T, server *desktoptest.Server, config, message string) {
	t.Helper()
	steps.Run(t, resource.TestStep{Config: config, PlanOnly: true, ExpectError: acctest.ErrorContains(message)})
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// checkOrdered checks the number of orders.
func checkOrdered(t *testing.T, server *desktoptest.Server, want int) {
	t.Helper()
	if n := len(server.Requests(desktoptest.Apply)); n != want {
		t.Fatalf("%d desktops were ordered, want %d", n, want)
	}
}

// providerWithInbox configures the provider for a fake and an inbox.
func providerWithInbox(server *desktoptest.Server, callback string) string {
	return fmt.Sprintf("provider \"clouddesktop\" {\n  desktop { endpoint = %q }\n  callback {\n    scope = \"test\"\n%s\n  }\n}\n", server.URL, callback)
}

// answered lets the service answer as usual.
func answered() desktoptest.Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) { serve(w, r) }
}
