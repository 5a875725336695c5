package nova_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
)

const (
	serverID   = "47bc79ae-df61-4ade-9197-283a74e5d70e"
	dataSource = "data.clouddesktop_server_console_url.test"
)

// cloud is a cloud with one running server.
type cloud struct {
	identity *identitytest.Server
	nova     *novatest.Server
}

func start(t *testing.T, options ...novatest.Option) cloud {
	t.Helper()
	c := cloud{identity: identitytest.Start(t)}
	c.nova = novatest.Start(t, c.identity, options...)
	c.nova.SetServer(serverID, novatest.Active)
	c.identity.AddEndpoint(identitytest.Endpoint{
		Type: "compute", Interface: "public", Region: identitytest.Region, URL: c.nova.URL + "/v2.1/" + identitytest.ProjectID,
	})
	return c
}

// openStack configures the provider for the cloud as OpenStack.
func (c cloud) openStack() string {
	return fmt.Sprintf(`
  openstack {
    auth_url         = "%s/v3"
    user_name        = %q
    user_domain_name = %q
    password         = %q
    project_id       = %q
  }
`, c.identity.URL, identitytest.User, identitytest.Domain, identitytest.Password, identitytest.ProjectID)
}

// huaweiCloud configures the provider for the cloud as Huawei Cloud.
func (c cloud) huaweiCloud(credentials string) string {
	return fmt.Sprintf(`
  huaweicloud {
    region       = %q
    ecs_endpoint = %q
    iam_endpoint = %q
    project_id   = %q
    %s
  }
`, identitytest.Region, c.nova.URL, c.identity.URL, identitytest.ProjectID, credentials)
}

var key = fmt.Sprintf("access_key = %q\nsecret_key = %q", identitytest.AccessKey, identitytest.SecretKey)

func provider(blocks ...string) string {
	return "provider \"clouddesktop\" {\n" + strings.Join(blocks, "") + "\n}\n"
}

func data(arguments string) string {
	return fmt.Sprintf(`
data "clouddesktop_server_console_url" "test" {
  server_id = %q
  %s
}
`, serverID, arguments)
}

// echoed is a configuration with the ephemeral resource. The provider echo
// stores its values in a resource, so that tests can check them.
func echoed(arguments string) string {
	return strings.Replace(data(arguments), "data", "ephemeral", 1) + `
provider "echo" {
  data = ephemeral.clouddesktop_server_console_url.test
}
resource "echo" "test" {}
`
}

// opened is one of the links that the cloud gave out.
func (c cloud) opened() knownvalue.Check {
	return knownvalue.StringFunc(func(url string) error {
		if !slices.Contains(c.nova.Consoles(), url) {
			return fmt.Errorf("%s was never issued", url)
		}
		return nil
	})
}

// soon checks for a time in RFC 3339 in about ten minutes.
var soon = knownvalue.StringFunc(func(value string) error {
	at, err := time.Parse(time.RFC3339, value)
	if left := time.Until(at); err == nil && (left > 10*time.Minute || left < 8*time.Minute) {
		return fmt.Errorf("%s is %s away", value, left)
	}
	return err
})

func (c cloud) console(name string) map[string]knownvalue.Check {
	return map[string]knownvalue.Check{
		"server_id":  knownvalue.StringExact(serverID),
		"cloud":      knownvalue.StringExact(name),
		"url":        c.opened(),
		"type":       knownvalue.StringExact("novnc"),
		"protocol":   knownvalue.StringExact("vnc"),
		"expires_at": soon,
	}
}

func (c cloud) inState(name string) (checks []statecheck.StateCheck) {
	checks = append(checks, statecheck.ExpectSensitiveValue(dataSource, tfjsonpath.New("url")))
	for attribute, check := range c.console(name) {
		checks = append(checks, statecheck.ExpectKnownValue(dataSource, tfjsonpath.New(attribute), check))
	}
	return checks
}
